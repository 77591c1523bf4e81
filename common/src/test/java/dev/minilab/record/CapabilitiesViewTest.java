package dev.minilab.record;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.job.Capabilities;
import dev.minilab.job.Capabilities.Codec;
import dev.minilab.job.Capabilities.Limits;
import dev.minilab.job.ImageFormat;
import dev.minilab.job.WorkerId;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What workers can do, in one answer")
class CapabilitiesViewTest {

    private static final Instant NOW = Instant.parse("2026-11-24T00:10:00Z");
    private static final Limits OURS = new Limits(1000, 100, 500);
    private static final Codec IMAGEIO = new Codec(
            "imageio", "25", Set.of(ImageFormat.PNG, ImageFormat.JPEG), Set.of(ImageFormat.PNG, ImageFormat.JPEG));
    private static final Codec WEBP = new Codec("opencv", "4.13", Set.of(), Set.of(ImageFormat.WEBP));
    private static final Codec VIPS = new Codec(
            "libvips", "8.15", Set.of(ImageFormat.HEIC, ImageFormat.JPEG), Set.of(ImageFormat.AVIF, ImageFormat.WEBP));

    private static Capabilities worker(String isolation, List<Codec> codecs, Limits limits) {
        return new Capabilities(WorkerId.create(NOW), NOW, "1.0", isolation, codecs, 2, limits);
    }

    private static String show(Capabilities... workers) {
        return CapabilitiesView.show(List.of(workers), OURS).toString().replace('"', '\'');
    }

    @Test
    @DisplayName("without workers is empty")
    void none() {
        assertThat(show())
                .isEqualTo("{'formats':{'in':[],'out':[]},'codecs':[],'isolation':[],'versions':[],'workers':0,"
                        + "'max_renders':0,'limits':{'max_pixels':1000,'max_side':100,'max_interlaced_pixels':500}}");
    }

    @Test
    @DisplayName("of one worker is what it says, formats in an order that stays")
    void one() {
        assertThat(show(worker("thread", List.of(WEBP, IMAGEIO), new Limits(2000, 50, 400))))
                .isEqualTo("{'formats':{'in':['jpeg','png'],'out':['jpeg','png','webp']},'codecs':["
                        + "{'name':'opencv','version':'4.13','reads':[],'writes':['webp']},"
                        + "{'name':'imageio','version':'25','reads':['jpeg','png'],'writes':['jpeg','png']}],"
                        + "'isolation':['thread'],'versions':['1.0'],'workers':1,'max_renders':2,"
                        + "'limits':{'max_pixels':1000,'max_side':50,'max_interlaced_pixels':400}}");
    }

    @Test
    @DisplayName("of several promises the formats that each of them has, and shows every codec once")
    void several() {
        assertThat(show(
                        worker("thread", List.of(WEBP, IMAGEIO), OURS),
                        worker("process", List.of(VIPS, IMAGEIO), OURS),
                        worker("process", List.of(VIPS, IMAGEIO), OURS)))
                .contains("'in':['jpeg','png']", "'out':['jpeg','png','webp']")
                .contains("'isolation':['process','thread']", "'workers':3,'max_renders':6")
                .containsOnlyOnce("libvips")
                .containsOnlyOnce("imageio");
    }
}
