package dev.minilab.worker.render;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Memory that the worker and one render process both see, for the files of a message: a pipe takes them in pieces,
/// and both sides wait for each other at every piece. It holds those of one message, which the other side copies
/// before it answers. Neither side can make it smaller, so that the other's access never fails. Begins with a token,
/// by which both sides see that it is the same.
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

    private static final int TOKEN_LENGTH = 36;
    private static final String NAME = "minilab-channel";
    private static final int MFD_CLOEXEC = 1;
    private static final int MFD_ALLOW_SEALING = 2;
    private static final int F_ADD_SEALS = 1033;
    private static final int F_SEAL_SEAL_SHRINK_AND_GROW = 7;

    private int descriptor;
    private final Arena arena;
    private final MemorySegment memory;

    private SharedMemory(int descriptor, Arena arena, MemorySegment memory) {
        this.descriptor = descriptor;
        this.arena = arena;
        this.memory = memory;
    }

    /// New memory, for the worker.
    static SharedMemory create() throws IOException {
        int descriptor = Pipes.LINUX ? Linux.create() : -1;
        if (descriptor < 0) {
            return NONE;
        }
        SharedMemory memory = NONE;
        try {
            if (Linux.allocate(descriptor, BYTES)
                    && Pipes.fcntl(descriptor, F_ADD_SEALS, F_SEAL_SEAL_SHRINK_AND_GROW) == 0) {
                memory = map(descriptor);
                memory.put(0, UUID.randomUUID().toString().getBytes(StandardCharsets.US_ASCII));
            }
        } finally {
            if (!memory.exists()) {
                Linux.close(descriptor);
            }
        }
        return memory;
    }

    /// What the worker has given to this process, if it has the token that the worker tells.
    static SharedMemory inherited(String token) {
        Path link = Path.of("/proc/self/fd", Integer.toString(DESCRIPTOR));
        try {
            if (token.isEmpty()
                    || !Files.isSymbolicLink(link)
                    || !Files.readSymbolicLink(link).toString().startsWith("/memfd:" + NAME)) {
                return NONE;
            }
            SharedMemory memory = map(DESCRIPTOR);
            memory.hide();
            if (memory.token().equals(token)) {
                return memory;
            }
            memory.close();
        } catch (IOException e) {
            System.err.println("No memory is shared: " + e); // For the log of the worker.
        }
        return NONE;
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

    /// Where another process of ours can open it; empty if there is none, or it is hidden.
    String path() {
        return descriptor < 0 ? "" : "/proc/" + ProcessHandle.current().pid() + "/fd/" + descriptor;
    }

    /// Lets nobody else open it.
    void hide() {
        if (descriptor >= 0) {
            Linux.close(descriptor);
            descriptor = -1;
        }
    }

    boolean exists() {
        return memory.byteSize() > 0;
    }

    /// What it begins with until a message lies there; empty if there is none.
    String token() {
        return exists() ? new String(get(0, TOKEN_LENGTH), StandardCharsets.US_ASCII) : "";
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
                put(used, file);
                used += file.length;
            } else {
                rest.add(file);
            }
        }
        return rest;
    }

    private void put(long offset, byte[] bytes) {
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, offset, bytes.length);
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
            hide();
            arena.close();
        }
    }

    /// What only Linux has is looked for only there.
    private static final class Linux {

        private static final Optional<MethodHandle> MEMFD_CREATE = Pipes.find(
                "memfd_create", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
        private static final MethodHandle FALLOCATE = Pipes.function(
                "posix_fallocate",
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
        private static final MethodHandle CLOSE =
                Pipes.function("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

        /// Less than 0 if it is not allowed, or older than that.
        static int create() {
            if (MEMFD_CREATE.isEmpty()) {
                return -1;
            }
            try (Arena arena = Arena.ofConfined()) {
                return (int) MEMFD_CREATE.get().invokeExact(arena.allocateFrom(NAME), MFD_CLOEXEC | MFD_ALLOW_SEALING);
            } catch (Throwable e) {
                throw new IllegalStateException("memfd_create cannot be called", e);
            }
        }

        /// Takes the memory now, since a system that has none left ends who touches it later.
        static boolean allocate(int descriptor, long bytes) {
            try {
                return (int) FALLOCATE.invokeExact(descriptor, 0L, bytes) == 0;
            } catch (Throwable e) {
                throw new IllegalStateException("posix_fallocate cannot be called", e);
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
