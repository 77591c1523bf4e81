package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.minilab.webhook.SigningKey;
import dev.minilab.webhook.WebhookSecret;
import dev.minilab.webhook.WebhookSigner;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("I18 The receivers of docs/webhooks.md")
class WebhookSnippetsTest {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final WebhookSecret SECRET = WebhookSecret.generate(RANDOM);
    private static final WebhookSecret OTHER = WebhookSecret.generate(RANDOM);

    @TempDir
    Path folder;

    /// The block of code below a line.
    private static List<String> code(String heading) throws Exception {
        List<String> lines = Files.readAllLines(MinilabProcess.ROOT.resolve("docs/webhooks.md"));
        int at = lines.indexOf(lines.stream()
                .filter(line -> line.startsWith(heading))
                .findFirst()
                .orElseThrow());
        return lines.stream()
                .skip(at + 2)
                .takeWhile(line -> line.isEmpty() || line.startsWith("    "))
                .map(line -> line.isEmpty() ? line : line.substring(4))
                .toList();
    }

    /// Compiles the Java of the page, with our secret and any free port, and starts it.
    private HttpServer start(URLClassLoader classes, List<String> code) throws Exception {
        String imports =
                code.stream().filter(line -> line.startsWith("import ")).collect(Collectors.joining("\n"));
        String body = code.stream().filter(line -> !line.startsWith("import ")).collect(Collectors.joining("\n"));
        Path source = folder.resolve("Receiver.java");
        Files.writeString(
                source,
                imports + "\npublic class Receiver { public static HttpServer start() throws Exception {\n"
                        + body.replace("System.getenv(\"MINILAB_WEBHOOK_SECRET\")", "\"" + SECRET.encoded() + "\"")
                                .replace("3000", "0")
                        + "\nreturn server; } }");
        int failed = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-proc:none",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-d",
                        folder.toString(),
                        source.toString());
        assertThat(failed).as("compiles").isZero();
        return (HttpServer) classes.loadClass("Receiver").getMethod("start").invoke(null);
    }

    private static int deliver(HttpServer server, WebhookSigner signer, String body) throws Exception {
        Instant now = Instant.now();
        byte[] signed = "{\"type\":\"job.succeeded\"}".getBytes(StandardCharsets.UTF_8);
        try (HttpClient http = HttpClient.newHttpClient()) {
            URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
            return http.send(
                            HttpRequest.newBuilder(url)
                                    .header("webhook-id", "msg_1")
                                    .header("webhook-timestamp", Long.toString(now.getEpochSecond()))
                                    .header("webhook-signature", signer.sign("msg_1", now, signed))
                                    .POST(BodyPublishers.ofString(body))
                                    .build(),
                            BodyHandlers.discarding())
                    .statusCode();
        }
    }

    @Test
    @DisplayName("in Java: compiles, takes what is signed, while a secret rotates too, and nothing else")
    void java() throws Exception {
        try (URLClassLoader classes =
                new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            HttpServer server = start(classes, code("**Java**"));
            try {
                String body = "{\"type\":\"job.succeeded\"}";
                assertThat(deliver(server, new WebhookSigner(List.of(SECRET)), body))
                        .isEqualTo(204);
                WebhookSigner rotating =
                        new WebhookSigner(List.of(OTHER, SECRET), List.of(SigningKey.generate(RANDOM)));
                assertThat(deliver(server, rotating, body)).isEqualTo(204);
                assertThat(deliver(server, new WebhookSigner(List.of(OTHER)), body))
                        .isEqualTo(401);
                assertThat(deliver(server, rotating, body + " ")).isEqualTo(401);
            } finally {
                server.stop(0);
            }
        }
    }

    @Test
    @DisplayName("in every language use the public library, and the whole body as it came")
    void others() throws Exception {
        assertThat(code("**JavaScript**"))
                .anyMatch(line -> line.contains("from \"standardwebhooks\""))
                .anyMatch(line -> line.contains("webhook.verify(body, request.headers)"));
        assertThat(code("**Python**"))
                .anyMatch(line -> line.startsWith("from standardwebhooks.webhooks import Webhook"))
                .anyMatch(line -> line.contains("webhook.verify(body, dict(self.headers))"));
        assertThat(code("**Go**"))
                .anyMatch(line -> line.contains("github.com/standard-webhooks/standard-webhooks/libraries/go"))
                .anyMatch(line -> line.contains("webhook.Verify(body, r.Header)"));
    }
}
