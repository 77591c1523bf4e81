package dev.minilab.worker.render;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// How much memory processes hold, as Linux tells it in `/proc` (`VmRSS`). Elsewhere it is always 0: there, a limit
/// holds for Java's heap alone.
final class ResidentMemory {

    private static final Path PROC = Path.of("/proc");
    private static final String FIELD = "VmRSS:";

    private ResidentMemory() {}

    static boolean known() {
        return Files.isReadable(PROC.resolve("self/status"));
    }

    /// The bytes that a process holds; one that has ended holds none.
    static long of(ProcessHandle process) {
        try {
            String status = Files.readString(
                    PROC.resolve(Long.toString(process.pid())).resolve("status"), StandardCharsets.ISO_8859_1);
            return status.lines()
                    .filter(line -> line.startsWith(FIELD))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .sum();
        } catch (IOException _) {
            return 0; // It has ended, or this is no Linux.
        }
    }
}
