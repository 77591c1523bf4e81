package dev.minilab.worker.render;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// Gives pipes a buffer that holds most originals, on Linux. With the usual 64 KiB both ends have to wake up for
/// every piece, and on a busy machine each of them waits for its turn.
final class Pipes {

    private static final int F_SETPIPE_SZ = 1031;

    /// What any user may ask for.
    private static final int BYTES = 1 << 20;

    private Pipes() {}

    /// Enlarges the pipe of a file descriptor. Changes nothing where that is not to be had.
    static void enlarge(int descriptor) {
        MemorySegment fcntl =
                Linker.nativeLinker().defaultLookup().find("fcntl").orElse(MemorySegment.NULL);
        boolean linux = System.getProperty("os.name").equals("Linux");
        if (!linux || fcntl.equals(MemorySegment.NULL)) {
            return;
        }
        try {
            int _ = (int) handle(fcntl).invokeExact(descriptor, F_SETPIPE_SZ, BYTES);
        } catch (Throwable e) {
            throw new IllegalStateException("fcntl cannot be called", e);
        }
    }

    @SuppressWarnings("restricted") // A function of the C library with its own signature.
    private static MethodHandle handle(MemorySegment fcntl) {
        return Linker.nativeLinker()
                .downcallHandle(
                        fcntl,
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT),
                        Linker.Option.firstVariadicArg(2));
    }
}
