package dev.minilab.worker.render;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/// Memory that the worker and one render process both see, for the files of a message: a pipe takes them in pieces,
/// and both sides wait for each other at every piece. It holds those of one message, which the other side copies
/// before it answers. Neither side can make it smaller, so that the other's access never fails.
///
/// A sealed `memfd` of Linux. Elsewhere, or where it cannot be had, there is [#NONE] and all goes through the pipe.
/// For one thread at a time.
final class SharedMemory implements AutoCloseable {

    /// Where a render process finds it.
    static final int DESCRIPTOR = 4;

    /// Holds most originals. One that it does not hold takes so long to decode that a pipe does not matter.
    static final int BYTES = 8 << 20;

    static final SharedMemory NONE = new SharedMemory(-1, Arena.global(), MemorySegment.NULL);

    /// Of smaller files it saves nothing.
    static final int SMALLEST = 32 << 10;

    private static final String NAME = "minilab-channel";
    private static final int MFD_CLOEXEC = 1;
    private static final int MFD_ALLOW_SEALING = 2;
    private static final int F_ADD_SEALS = 1033;
    private static final int F_SEAL_SEAL_SHRINK_AND_GROW = 7;

    private final int descriptor;
    private final Arena arena;
    private final MemorySegment memory;

    private SharedMemory(int descriptor, Arena arena, MemorySegment memory) {
        this.descriptor = descriptor;
        this.arena = arena;
        this.memory = memory;
    }

    /// New memory, for the worker.
    static SharedMemory create() throws IOException {
        if (!Pipes.LINUX) {
            return NONE;
        }
        int descriptor = Linux.create();
        if (descriptor < 0) {
            return NONE;
        }
        try {
            SharedMemory memory = map(descriptor);
            if (Pipes.fcntl(descriptor, F_ADD_SEALS, F_SEAL_SEAL_SHRINK_AND_GROW) == 0) {
                return memory;
            }
            memory.arena.close();
        } catch (IOException | RuntimeException e) {
            Linux.close(descriptor);
            throw e;
        }
        Linux.close(descriptor);
        return NONE;
    }

    /// What the worker has given to this process.
    static SharedMemory inherited() throws IOException {
        Path link = Path.of("/proc/self/fd", Integer.toString(DESCRIPTOR));
        boolean given = Files.isSymbolicLink(link)
                && Files.readSymbolicLink(link).toString().startsWith("/memfd:" + NAME);
        return given ? map(DESCRIPTOR) : NONE;
    }

    @SuppressWarnings("MustBeClosedChecker") // The memory closes its arena.
    private static SharedMemory map(int descriptor) throws IOException {
        Arena arena = Arena.ofShared();
        try (FileChannel file = FileChannel.open(
                Path.of("/proc/self/fd", Integer.toString(descriptor)),
                StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            return new SharedMemory(descriptor, arena, file.map(FileChannel.MapMode.READ_WRITE, 0, BYTES, arena));
        } catch (IOException | RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    /// Where another process of ours can open it; empty if there is none.
    String path() {
        return descriptor < 0 ? "" : "/proc/" + ProcessHandle.current().pid() + "/fd/" + descriptor;
    }

    boolean exists() {
        return descriptor >= 0;
    }

    /// Whether the next file of a message lies here, after so many bytes of others: both sides go by this.
    boolean holds(long used, int length) {
        return length >= SMALLEST && used + length <= memory.byteSize();
    }

    /// Takes files in.
    ///
    /// @return those that it does not hold, in their order
    List<byte[]> put(List<byte[]> files) {
        List<byte[]> rest = new ArrayList<>();
        long used = 0;
        for (byte[] file : files) {
            if (holds(used, file.length)) {
                MemorySegment.copy(file, 0, memory, ValueLayout.JAVA_BYTE, used, file.length);
                used += file.length;
            } else {
                rest.add(file);
            }
        }
        return rest;
    }

    /// A copy of what lies there.
    byte[] get(long offset, int length) {
        byte[] file = new byte[length];
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, offset, file, 0, length);
        return file;
    }

    @Override
    public void close() {
        if (exists()) {
            arena.close();
            Linux.close(descriptor);
        }
    }

    /// What only Linux has is looked for only there.
    private static final class Linux {

        private static final MethodHandle MEMFD_CREATE = Pipes.function(
                "memfd_create", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
        private static final MethodHandle CLOSE =
                Pipes.function("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

        /// Less than 0 if it is not allowed.
        static int create() {
            try (Arena arena = Arena.ofConfined()) {
                return (int) MEMFD_CREATE.invokeExact(arena.allocateFrom(NAME), MFD_CLOEXEC | MFD_ALLOW_SEALING);
            } catch (Throwable e) {
                throw new IllegalStateException("memfd_create cannot be called", e);
            }
        }

        static void close(int descriptor) {
            try {
                int _ = (int) CLOSE.invokeExact(descriptor);
            } catch (Throwable e) {
                throw new IllegalStateException("close cannot be called", e);
            }
        }
    }
}
