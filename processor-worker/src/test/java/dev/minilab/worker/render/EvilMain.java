package dev.minilab.worker.render;

import dev.minilab.job.ImageFormat;
import dev.minilab.worker.image.RenderRequest;
import dev.minilab.worker.image.Rendering;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/// A render process whose decoder does what the original tells it to; other originals it renders as they should be.
final class EvilMain {

    private static final Work GOOD = Work.ofInstallation();

    private EvilMain() {}

    static void main() throws IOException {
        RenderMain.serve(_ -> request -> {
            String told = new String(
                    request.original(), 0, Math.min(200, request.original().length), StandardCharsets.ISO_8859_1);
            String[] words = told.split(" ", -1);
            return switch (words[0]) {
                case "halt" -> halt(Path.of(words[1]));
                case "hang" -> hang();
                case "native" -> allocateOutsideOfTheHeap();
                case "heap" -> allocateOnTheHeap();
                case "deep" -> answer("" + deep(0));
                case "garbage" -> garbage();
                case "huge" -> huge();
                case "print" -> print();
                case "environment" -> answer(System.getenv().toString());
                case "network" -> answer(connect(Integer.parseInt(words[1])));
                case "file" -> answer(Files.exists(Path.of(words[1])) ? "seen" : "unseen");
                case "shared" -> answer(shared());
                case "mistake" -> throw new IllegalArgumentException("a mistake");
                case "wrong" -> new Rendering(Map.of(), 0, 1, null);
                default -> GOOD.render(request);
            };
        });
    }

    private static Rendering halt(Path log) {
        try (var out = new FileOutputStream(log.toFile(), true)) {
            out.write('x');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Runtime.getRuntime().halt(137);
        throw new AssertionError();
    }

    private static Rendering hang() {
        while (true) {
            Thread.onSpinWait();
        }
    }

    private static Rendering allocateOutsideOfTheHeap() {
        while (true) {
            Arena.global().allocate(32 << 20).fill((byte) 1);
        }
    }

    private static Rendering allocateOnTheHeap() {
        List<byte[]> all = new ArrayList<>();
        while (all.size() < Integer.MAX_VALUE) {
            all.add(new byte[1 << 20]);
        }
        throw new AssertionError();
    }

    private static int deep(int depth) {
        return depth < 0 ? 0 : 1 + deep(depth + 1);
    }

    private static Rendering garbage() {
        send("what a decoder may print\n".getBytes(StandardCharsets.UTF_8));
        return stay();
    }

    private static Rendering huge() {
        send(new byte[] {0x4D, 0x4C, 0x52, 0x31, 0, 0, 0, 1, 0x7F, -1, -1, -1});
        return stay();
    }

    private static void send(byte[] bytes) {
        try (var out = RenderMain.channel()) {
            out.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Rendering stay() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        throw new AssertionError();
    }

    private static String shared() {
        try {
            return Files.readString(Path.of("/proc/self/maps")).contains("/memfd:minilab-channel") ? "shared" : "alone";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Rendering print() {
        for (int i = 0; i < 10_000; i++) {
            System.out.println("a line that is none of the channel's");
        }
        return answer("printed");
    }

    private static String connect(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return "connected";
        } catch (IOException _) {
            return "refused";
        }
    }

    private static Rendering answer(String text) {
        return new Rendering(
                Map.of("out", new Rendering.Rendered(ImageFormat.PNG, 1, 1, text.getBytes(StandardCharsets.UTF_8))),
                0,
                1,
                null);
    }

    /// A request that tells the decoder what to do.
    static RenderRequest tell(String what) {
        RenderRequest good = WarmUp.request();
        return new RenderRequest(
                what.getBytes(StandardCharsets.UTF_8),
                good.inspection(),
                Map.of("out", good.outputs().values().iterator().next()),
                Map.of());
    }

    static String text(Rendering rendering) {
        Rendering.Rendered out =
                (Rendering.Rendered) rendering.outputs().values().iterator().next();
        return new String(out.bytes(), StandardCharsets.UTF_8);
    }
}
