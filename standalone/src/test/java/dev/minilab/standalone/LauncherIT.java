package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The ./minilab launcher finds its Java")
class LauncherIT {

    private static final Path OUR_JDK = Path.of(System.getProperty("java.home"));

    @TempDir
    Path folder;

    record Run(int exit, String out, String err) {}

    private Run run(Map<String, String> env, String... arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(MinilabProcess.ROOT.resolve("minilab").toString()));
        command.addAll(List.of(arguments));
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().remove("JAVA_HOME");
        builder.environment().putAll(MinilabProcess.FRUGAL);
        builder.environment().putAll(env);
        Process process = builder.start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        return new Run(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    /// A folder on PATH with a java that says it is a 17, and with nothing else but the tools a script needs.
    private String oldJavaOnly() throws IOException {
        Path bin = Files.createDirectories(folder.resolve("bin"));
        Path java = bin.resolve("java");
        Files.writeString(
                java, "#!/bin/sh\necho 'openjdk version \"17.0.15\" 2025-04-15' >&2\n", StandardCharsets.UTF_8);
        assertThat(java.toFile().setExecutable(true)).isTrue();
        return bin + ":/usr/bin:/bin";
    }

    @Test
    @DisplayName("default java is a 17, a newer JDK lies where JDKs lie")
    void amongTheJdks() throws Exception {
        Path roots = Files.createDirectories(folder.resolve("jvm"));
        Files.createSymbolicLink(roots.resolve("jdk-25"), OUR_JDK);
        Run run = run(Map.of("PATH", oldJavaOnly(), "JVM_ROOTS", roots.toString()), "--version");
        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.out()).startsWith("minilab ");
    }

    @Test
    @DisplayName("JAVA_HOME is a 25")
    void javaHome() throws Exception {
        Run run = run(
                Map.of("PATH", oldJavaOnly(), "JAVA_HOME", OUR_JDK.toString(), "JVM_ROOTS", folder.toString()),
                "--version");
        assertThat(run.exit()).as(run.err()).isZero();
    }

    @Test
    @DisplayName("there is none: one clear line")
    void none() throws Exception {
        Run run = run(
                Map.of(
                        "PATH",
                        oldJavaOnly(),
                        "JVM_ROOTS",
                        folder.resolve("nothing").toString()),
                "--version");
        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.err()).contains("needs a JDK 25");
    }

    @Test
    @DisplayName("./minilab demo IMAGE leaves the thumbnails where it was called, and exits 0")
    void demo() throws Exception {
        Files.write(folder.resolve("photo.jpg"), Images.jpeg(1500, 1000));
        Run run = run(Map.of("JAVA_HOME", OUR_JDK.toString()), "demo", "photo.jpg");
        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("100 %")
                .contains("signature verified")
                .contains("http://127.0.0.1:")
                .contains("Accepted after");
        assertThat(Images.decode(Files.readAllBytes(folder.resolve("photo-small.jpg")))
                        .getWidth())
                .isEqualTo(320);
        assertThat(Images.decode(Files.readAllBytes(folder.resolve("photo-large.jpg")))
                        .getWidth())
                .isEqualTo(1280);
    }

    @Test
    @DisplayName("./minilab demo draws an image when it is given none, and tells what is wrong with a bad one")
    void demoWithoutImage() throws Exception {
        Run drawn = run(Map.of("JAVA_HOME", OUR_JDK.toString()), "demo");
        assertThat(drawn.exit()).as(drawn.err()).isZero();
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(Path::getFileName).map(Path::toString)).contains("demo-small.jpg", "demo-large.jpg");
        }
        Run missing = run(Map.of("JAVA_HOME", OUR_JDK.toString()), "demo", "no-such-file.jpg");
        assertThat(missing.exit()).isEqualTo(78);
        assertThat(missing.err()).contains("cannot read no-such-file.jpg");
        Files.writeString(folder.resolve("text.jpg"), "this is text");
        Run text = run(Map.of("JAVA_HOME", OUR_JDK.toString()), "demo", "text.jpg");
        assertThat(text.exit()).isEqualTo(78);
        assertThat(text.err()).contains("unsupported_type");
    }
}
