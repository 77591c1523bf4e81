package dev.minilab.worker.render;

import dev.minilab.job.Capabilities;
import dev.minilab.worker.codec.RenderException;
import dev.minilab.worker.render.Messages.Greeting;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.function.Function;
import javax.imageio.ImageIO;

/// The main class of a render process: is told which codecs are known and says which it has, then reads requests from
/// standard input, renders them one after the other, and replies on file descriptor 3. Standard output leads to
/// standard error, so that nobody else can write into the channel.
///
/// One thread reads, renders and writes, so that a request wakes it up once. When the worker is gone the process
/// ends, whatever it is doing.
public final class RenderMain {

    static final long MAX_GREETING = 1 << 16;

    static final long MAX_REQUEST = 2L << 30;

    /// Of all outputs of an original together.
    static final long MAX_REPLY = 128L << 20;

    private static final int CHANNEL_DESCRIPTOR = 3;

    private RenderMain() {}

    /// Serves until the input ends.
    static void main() throws IOException {
        serve(Work::ofInstallation);
    }

    /// @param start makes what renders, of the codecs that are known
    static void serve(Function<List<Capabilities.Codec>, Work> start) throws IOException {
        ImageIO.setUseCache(false);
        var out = new DataOutputStream(new BufferedOutputStream(channel(), Pipes.BYTES));
        var in = new DataInputStream(new BufferedInputStream(new FileInputStream(FileDescriptor.in)));
        Pipes.enlarge(0);
        Pipes.enlarge(CHANNEL_DESCRIPTOR);
        Thread.ofPlatform().daemon().name("hang-up").start(() -> {
            Pipes.awaitHangUp(0);
            Runtime.getRuntime().halt(0); // At once: a decoder may be hanging.
        });
        try {
            Greeting greeting = Messages.greeting(Frames.read(in, SharedMemory.NONE, MAX_GREETING));
            SharedMemory shared = SharedMemory.inherited(greeting.memory());
            Work work = start.apply(greeting.codecs());
            Frames.write(out, SharedMemory.NONE, Messages.of(new Greeting(work.codecs(), shared.token())));
            while (true) {
                Frames.write(out, shared, answer(work, Frames.read(in, shared, MAX_REQUEST)));
            }
        } catch (EOFException _) {
            Runtime.getRuntime().halt(0);
        } catch (IOException e) {
            e.printStackTrace();
            Runtime.getRuntime().halt(1);
        }
    }

    /// The way to the worker. Whoever starts this class by hand has something else behind that descriptor, most
    /// likely Java's own library, and nobody may write into that.
    static OutputStream channel() throws IOException {
        Path path = Path.of("/dev/fd", Integer.toString(CHANNEL_DESCRIPTOR));
        if (!Files.exists(path)
                || !Files.readAttributes(path, BasicFileAttributes.class).isOther()) {
            throw new IOException("descriptor " + CHANNEL_DESCRIPTOR + " is no pipe: only a worker starts this");
        }
        return Files.newOutputStream(path, StandardOpenOption.WRITE);
    }

    private static List<byte[]> answer(Work work, List<byte[]> request) {
        try {
            List<byte[]> reply = Messages.of(work.render(Messages.request(request)));
            long bytes = reply.stream().mapToLong(frame -> frame.length).sum();
            return bytes > MAX_REPLY ? Messages.of(Failures.tooMuchMemory(null)) : reply;
        } catch (RenderException e) {
            return Messages.of(e);
        } catch (IOException | RuntimeException | Error e) {
            return Failures.of(e).map(Messages::of).orElseGet(() -> {
                e.printStackTrace();
                return Messages.broken(e);
            });
        }
    }
}
