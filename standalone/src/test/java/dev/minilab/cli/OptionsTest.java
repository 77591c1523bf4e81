package dev.minilab.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.minilab.client.OutputSpec;
import dev.minilab.worker.codec.Codecs;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("What commands are told and tell")
class OptionsTest {

    @Test
    @DisplayName("an output is written as a size and fields")
    void outputs() {
        OutputOption thumb = OutputOption.parse("thumb=320x200,fit=cover,format=webp,quality=70,position=0.3:0.6,blur");
        assertThat(thumb.name()).isEqualTo("thumb");
        assertThat(thumb.spec().width()).isEqualTo(320);
        assertThat(thumb.spec().height()).isEqualTo(200);
        assertThat(thumb.spec().fit()).isEqualTo("cover");
        assertThat(thumb.spec().quality()).isEqualTo(70);
        assertThat(thumb.spec().position()).isEqualTo(new OutputSpec.Point(0.3, 0.6));
        assertThat(thumb.spec().blur()).isEqualTo(1.0);
        assertThat(OutputOption.parse("w=100").spec()).isEqualTo(OutputSpec.width(100));
        assertThat(OutputOption.parse("h=x100,keep=icc+copyright").spec().keep())
                .containsExactly("icc", "copyright");
        for (String wrong :
                List.of("", "thumb", "=1x1", "t=", "t=x", "t=1x1,size=3", "t=1,quality=much", "t=1,lossless=x")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> OutputOption.parse(wrong))
                    .withMessageContaining("--output");
        }
    }

    @Test
    @DisplayName("in folders, images count that are not hidden; outputs of two files are never called the same")
    void files(@TempDir Path folder) throws Exception {
        for (String name : List.of("a.jpg", "a.PNG", "b.webp", "c.txt", ".d.jpg", "x/a.jpg", ".git/e.jpg")) {
            Path file = folder.resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, name);
        }
        assertThat(ImageFiles.in(List.of(folder, folder.resolve("b.webp"))))
                .extracting(found -> found.stem().toString())
                .containsExactlyInAnyOrder("a.jpg", "a.PNG", "b.webp", "x/a", "b.webp-2");
    }

    @Test
    @DisplayName("a bar draws over its line on a terminal, and prints lines without control characters elsewhere")
    void bar() {
        var drawn = new ByteArrayOutputStream();
        ProgressBar bar = new ProgressBar(new PrintStream(drawn, true, StandardCharsets.UTF_8), true, 2);
        bar.done("one\u001b[31m");
        bar.end();
        assertThat(drawn.toString(StandardCharsets.UTF_8))
                .startsWith("\r[████████████············]  50 %")
                .contains("one?[31m");
        var printed = new ByteArrayOutputStream();
        new ProgressBar(new PrintStream(printed, true, StandardCharsets.UTF_8), false, 1).done("one");
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .startsWith("[")
                .contains("100 %")
                .doesNotContain("\r");
    }

    @Test
    @DisplayName("doctor tells what is missing without libvips")
    void codecs() {
        assertThat(MachineChecks.codecs(Codecs.bundled()))
                .singleElement()
                .satisfies(finding -> assertThat(finding.text()).contains("without libvips", "apt install libvips42"));
    }

    @Test
    @DisplayName("doctor tells of a folder without extended attributes, which only the embedded store needs")
    void withoutAttributes(@TempDir Path folder) throws Exception {
        URI zip = URI.create("jar:" + folder.resolve("disk.zip").toUri());
        try (FileSystem disk = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
            Path data = disk.getPath("/data"); // Files in a zip have none.
            Finding needed = MachineChecks.folder("data", data, true);
            assertThat(needed.state()).isEqualTo(Finding.State.WRONG);
            assertThat(needed.text())
                    .contains("the file system of /data has no extended attributes")
                    .contains("choose a folder on ext4, xfs, btrfs or APFS: --data DIR");
            assertThat(MachineChecks.folder("spool", data, false).state()).isEqualTo(Finding.State.OK);
        }
    }

    @Test
    @DisplayName("--rate lets through so many a second, evenly, and makes up for no time that was not used")
    void pace() {
        AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000_000);
        Pace pace = new Pace(10, now::get, nanos -> now.addAndGet(Math.min(nanos, 30_000_000)));
        long start = now.get();
        List<Long> through = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            if (i == 4) {
                now.addAndGet(5_000_000_000L);
            }
            pace.await();
            through.add((now.get() - start) / 1_000_000);
        }
        assertThat(through).containsExactly(0L, 100L, 200L, 300L, 5300L, 5400L, 5500L);

        Pace unlimited = new Pace(0, now::get, _ -> now.set(0));
        long before = now.get();
        unlimited.await();
        unlimited.await();
        assertThat(now.get()).isEqualTo(before);
    }
}
