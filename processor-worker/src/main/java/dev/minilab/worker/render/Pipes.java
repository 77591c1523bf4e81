package dev.minilab.worker.render;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/// What Java cannot do with pipes, and the way to functions of the C library.
final class Pipes {

    private static final int F_SETPIPE_SZ = 1031;

    static final boolean LINUX = System.getProperty("os.name").equals("Linux");

    /// What any user may ask for.
    static final int BYTES = 1 << 20;

    /// `struct pollfd`: the descriptor, what to wait for (nothing but its end), and what has come.
    private static final MemoryLayout POLL_FD =
            MemoryLayout.structLayout(ValueLayout.JAVA_INT, ValueLayout.JAVA_SHORT, ValueLayout.JAVA_SHORT);

    private static final MethodHandle FCNTL = function(
            "fcntl",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT),
            Linker.Option.firstVariadicArg(2));

    private static final MethodHandle POLL = function(
            "poll",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));

    private Pipes() {}

    /// Gives a pipe a buffer that holds most originals, on Linux. With the usual 64 KiB both ends have to wake up for
    /// every piece, and on a busy machine each of them waits for its turn. Changes nothing where it cannot.
    static void enlarge(int descriptor) {
        if (LINUX) {
            int _ = fcntl(descriptor, F_SETPIPE_SZ, BYTES);
        }
    }

    /// Less than 0 if that cannot be done.
    static int fcntl(int descriptor, int command, int argument) {
        try {
            return (int) FCNTL.invokeExact(descriptor, command, argument);
        } catch (Throwable e) {
            throw new IllegalStateException("fcntl cannot be called", e);
        }
    }

    /// Waits until nobody can write into a pipe any more, and takes nothing out of it.
    static void awaitHangUp(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment poll = arena.allocate(POLL_FD);
            poll.set(ValueLayout.JAVA_INT, 0, descriptor);
            int ended;
            do {
                ended = (int) POLL.invokeExact(poll, 1L, -1);
            } while (ended < 1); // Again after a signal.
        } catch (Throwable e) {
            throw new IllegalStateException("poll cannot be called", e);
        }
    }

    static MethodHandle function(String name, FunctionDescriptor signature, Linker.Option... options) {
        return find(name, signature, options).orElseThrow();
    }

    @SuppressWarnings("restricted") // Functions of the C library with their own signatures.
    static Optional<MethodHandle> find(String name, FunctionDescriptor signature, Linker.Option... options) {
        Linker linker = Linker.nativeLinker();
        return linker.defaultLookup().find(name).map(address -> linker.downcallHandle(address, signature, options));
    }
}
