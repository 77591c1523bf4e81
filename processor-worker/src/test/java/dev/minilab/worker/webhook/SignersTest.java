package dev.minilab.worker.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.minilab.config.ConfigException;
import dev.minilab.config.WebhookConfig;
import dev.minilab.job.Tenant;
import dev.minilab.webhook.WebhookSecret;
import dev.minilab.webhook.WebhookSigner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("I18 Secrets of the installation and of tenants")
class SignersTest {

    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
    private static final WebhookSecret COMMON = WebhookSecret.generate(new SecureRandom());
    private static final WebhookSecret NEW = WebhookSecret.generate(new SecureRandom());
    private static final WebhookSecret OLD = WebhookSecret.generate(new SecureRandom());

    @TempDir
    Path folder;

    private long now = 1;

    private Signers signers(String file) throws Exception {
        Path path = folder.resolve("secrets.json");
        Files.writeString(path, file);
        return new Signers(
                new WebhookConfig(List.of(COMMON), path, List.of(), List.of(Duration.ofSeconds(5))), () -> now);
    }

    private static String sign(Signers signers, String tenant) {
        return signers.of(new Tenant(tenant)).sign("msg_1", NOW, new byte[0]);
    }

    private static String sign(WebhookSecret... secrets) {
        return new WebhookSigner(List.of(secrets)).sign("msg_1", NOW, new byte[0]);
    }

    private static String file(WebhookSecret... secrets) {
        return "{\"acme\": [\""
                + String.join(
                        "\", \"",
                        List.of(secrets).stream().map(WebhookSecret::encoded).toList()) + "\"]}";
    }

    @Test
    @DisplayName("a tenant with secrets of its own is signed for by all of these, others by the common one")
    void ownSecrets() throws Exception {
        Signers signers = signers(file(NEW, OLD));
        assertThat(sign(signers, "acme")).isEqualTo(sign(NEW, OLD));
        assertThat(sign(signers, "other")).isEqualTo(sign(COMMON));
    }

    @Test
    @DisplayName("a changed file counts ten seconds later; one that got broken changes nothing")
    void rotation() throws Exception {
        Signers signers = signers(file(OLD));
        Files.writeString(folder.resolve("secrets.json"), file(NEW, OLD));
        assertThat(sign(signers, "acme")).isEqualTo(sign(OLD));
        now += Duration.ofSeconds(11).toNanos();
        assertThat(sign(signers, "acme")).isEqualTo(sign(NEW, OLD));
        Files.writeString(folder.resolve("secrets.json"), "{\"acme\": [");
        now += Duration.ofSeconds(11).toNanos();
        assertThat(sign(signers, "acme")).isEqualTo(sign(NEW, OLD));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "[]", "{\"acme\": []}", "{\"acme\": \"whsec_x\"}", "{\"acme\": [\"hush\"]}", "{\"A b\": []}"
            })
    @DisplayName("I27 a file that cannot be used stops the start, and shows no secret")
    void unusable(String file) {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> signers(file))
                .withMessageContaining("MINILAB_WEBHOOK_SECRETS_FILE")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hush"));
    }

    @Test
    @DisplayName("I27 without any secret there is no start")
    void none() {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() ->
                        new Signers(new WebhookConfig(List.of(), null, List.of(), List.of(Duration.ofSeconds(5)))))
                .withMessageContaining("MINILAB_WEBHOOK_SECRET");
    }
}
