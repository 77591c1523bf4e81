package dev.minilab.worker.render;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minilab.worker.render.Frames.MalformedMessageException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Messages between worker and render process")
class FramesTest {

    private static byte[] written(List<byte[]> frames) throws IOException {
        return written(SharedMemory.NONE, frames);
    }

    private static byte[] written(SharedMemory shared, List<byte[]> frames) throws IOException {
        var bytes = new ByteArrayOutputStream();
        Frames.write(new DataOutputStream(bytes), shared, frames);
        return bytes.toByteArray();
    }

    private static List<byte[]> read(byte[] bytes, long max) throws IOException {
        return read(bytes, SharedMemory.NONE, max);
    }

    private static List<byte[]> read(byte[] bytes, SharedMemory shared, long max) throws IOException {
        return Frames.read(new DataInputStream(new ByteArrayInputStream(bytes)), shared, max);
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @Test
    @DisplayName("arrive as they were sent")
    void roundTrip() throws Exception {
        List<byte[]> frames = List.of(new byte[] {1, 2}, new byte[0], new byte[100_000]);
        assertThat(read(written(frames), 100_002)).containsExactlyElementsOf(frames);
        assertThat(read(written(List.of()), 0)).isEmpty();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    @DisplayName("arrive as they were sent by shared memory, which takes what it can hold of their files")
    void shared() throws Exception {
        try (SharedMemory shared = SharedMemory.create()) {
            List<byte[]> frames = List.of(
                    random(10),
                    random(SharedMemory.BYTES - SharedMemory.SMALLEST),
                    random(SharedMemory.SMALLEST + 1),
                    random(SharedMemory.SMALLEST - 1),
                    random(SharedMemory.SMALLEST),
                    random(SharedMemory.SMALLEST));
            byte[] piped = written(shared, frames);
            assertThat(piped).hasSizeBetween(3 * SharedMemory.SMALLEST, 3 * SharedMemory.SMALLEST + 100);
            assertThat(read(piped, shared, 2 * SharedMemory.BYTES)).containsExactlyElementsOf(frames);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    @DisplayName("lie in memory that whoever has it cannot take away")
    void sealed() throws Exception {
        try (SharedMemory shared = SharedMemory.create();
                FileChannel other =
                        FileChannel.open(Path.of(shared.path()), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            assertThat(other.size()).isEqualTo(SharedMemory.BYTES);
            assertThatThrownBy(() -> other.truncate(0)).isInstanceOf(IOException.class);
            assertThat(other.size()).isEqualTo(SharedMemory.BYTES);
        }
    }

    @Test
    @DisplayName("larger than allowed, all frames together, are refused")
    void tooLarge() throws Exception {
        byte[] message = written(List.of(new byte[600], new byte[401]));
        assertThat(read(message, 1001)).hasSize(2);
        assertThatThrownBy(() -> read(message, 1000)).isInstanceOf(MalformedMessageException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "4D4C523200000000", // Another magic number.
                "4D4C5231FFFFFFFF", // A negative number of frames.
                "4D4C5231000003E9", // One frame too many.
                "4D4C523100000001FFFFFFFF", // A negative length.
                "4D4C5231000000017FFFFFFF", // Two gigabytes.
            })
    @DisplayName("that are none are refused, before memory is taken for them")
    void malformed(String hex) {
        assertThatThrownBy(() -> read(HexFormat.of().parseHex(hex), 1 << 20))
                .isInstanceOf(MalformedMessageException.class);
    }

    @Test
    @DisplayName("cut off anywhere are the end of the channel")
    void cutOff() throws Exception {
        byte[] message = written(List.of(new byte[] {1, 2, 3, 4, 5, 6}, new byte[] {7, 8, 9}));
        for (int length = 0; length < message.length; length++) {
            byte[] part = Arrays.copyOf(message, length);
            assertThatThrownBy(() -> read(part, 1000)).as("%s bytes", length).isInstanceOf(EOFException.class);
        }
    }
}
