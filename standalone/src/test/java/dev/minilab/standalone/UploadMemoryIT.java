package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Uploads stream: many large ones at once fit into a small heap")
class UploadMemoryIT {

    private static final int UPLOADS = 100;
    private static final int SIZE = 25 << 20;

    @TempDir
    static Path data;

    private static MinilabProcess infra;
    private static MinilabProcess api;

    @BeforeAll
    static void start() throws Exception {
        infra = MinilabProcess.start(Map.of(), "infra", "--data", data.toString(), "--s3-port", "0", "--sqs-port", "0");
        String[] endpoints = infra.awaitReady().split(" ", 2);
        DataFolder.Secrets secrets = DataFolder.secrets(data);
        Map<String, String> env = Map.of(
                "JAVA_OPTS",
                "-Xmx256m -XX:+ExitOnOutOfMemoryError",
                "MINILAB_PORT",
                "0",
                "MINILAB_SPOOL_DIR",
                data.resolve("spool").toString(),
                "MINILAB_S3_ENDPOINT",
                endpoints[0],
                "MINILAB_S3_ACCESS_KEY_ID",
                secrets.accessKeyId(),
                "MINILAB_S3_SECRET_ACCESS_KEY",
                secrets.secretAccessKey(),
                "MINILAB_SQS_ENDPOINT",
                endpoints[1],
                "MINILAB_SQS_ACCESS_KEY_ID",
                "any",
                "MINILAB_SQS_SECRET_ACCESS_KEY",
                "any");
        api = MinilabProcess.start(env, "api");
    }

    @AfterAll
    static void stop() throws Exception {
        assertThat(api.terminate(30)).isZero();
        infra.close();
    }

    @Test
    @DisplayName("I11 100 uploads of 25 MiB at once, half way through all together, with -Xmx256m")
    void hundredUploads() throws Exception {
        assertThat(uploadAll(api.awaitUri())).hasSize(UPLOADS).containsOnly("HTTP/1.1 202 Accepted");
    }

    /// Sends all uploads at once, every other one in chunks; none sends its second half before all have sent their
    /// first.
    private static List<String> uploadAll(URI api) throws Exception {
        byte[] image = Images.jpeg(400, 300);
        CyclicBarrier halfWay = new CyclicBarrier(UPLOADS);
        List<String> answers = new ArrayList<>();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> running = new ArrayList<>();
            for (int i = 0; i < UPLOADS; i++) {
                boolean chunked = i % 2 == 0;
                running.add(clients.submit(() -> upload(api, image, chunked, halfWay)));
            }
            for (Future<String> answer : running) {
                answers.add(answer.get());
            }
        }
        return answers;
    }

    private static String upload(URI api, byte[] image, boolean chunked, CyclicBarrier halfWay) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.getPort())) {
            OutputStream out = socket.getOutputStream();
            String framing = chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + SIZE;
            String head = String.join(
                    "\r\n",
                    "POST /v1/jobs HTTP/1.1",
                    "Host: localhost",
                    "Connection: close",
                    "Content-Type: image/jpeg",
                    framing);
            out.write((head + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            write(out, image, chunked);
            byte[] filler = new byte[64 * 1024];
            int left = SIZE - image.length;
            boolean waited = false;
            while (left > 0) {
                byte[] piece = left < filler.length ? new byte[left] : filler;
                write(out, piece, chunked);
                left -= piece.length;
                if (!waited && left < SIZE / 2) {
                    out.flush();
                    halfWay.await();
                    waited = true;
                }
            }
            if (chunked) {
                out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            }
            out.flush();
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine();
        }
    }

    private static void write(OutputStream out, byte[] piece, boolean chunked) throws IOException {
        if (chunked) {
            out.write((Integer.toHexString(piece.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
        }
        out.write(piece);
        if (chunked) {
            out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
        }
    }
}
