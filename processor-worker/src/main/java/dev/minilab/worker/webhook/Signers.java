package dev.minilab.worker.webhook;

import dev.minilab.config.ConfigException;
import dev.minilab.config.WebhookConfig;
import dev.minilab.job.Tenant;
import dev.minilab.json.Json;
import dev.minilab.webhook.WebhookSecret;
import dev.minilab.webhook.WebhookSigner;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/// Who signs for a tenant: its own secrets if the secrets file has some, else those of the installation.
///
/// The file is JSON, `{"acme": ["whsec_…", "whsec_…"]}`, the newest secret first. A changed file is noticed within
/// ten
/// seconds; one that cannot be read then changes nothing and is logged. Thread-safe.
public final class Signers {

    private static final Logger LOG = LoggerFactory.getLogger(Signers.class);
    private static final long LOOK_AGAIN_NANOS = Duration.ofSeconds(10).toNanos();

    private final WebhookConfig config;
    private final WebhookSigner common;
    private final LongSupplier nanos;
    private Map<Tenant, WebhookSigner> own;
    private long readAt;

    /// @throws ConfigException if there is no secret for everybody, or the secrets file cannot be used
    public Signers(WebhookConfig config) {
        this(config, System::nanoTime);
    }

    Signers(WebhookConfig config, LongSupplier nanos) {
        if (config.secrets().isEmpty()) {
            throw new ConfigException(List.of("MINILAB_WEBHOOK_SECRET is missing: webhooks are signed with it;"
                    + " `./minilab secrets --new` prints a new one"));
        }
        this.config = config;
        this.nanos = nanos;
        readAt = nanos.getAsLong();
        common = new WebhookSigner(config.secrets(), config.signingKeys());
        own = config.secretsFile() == null ? Map.of() : read(config.secretsFile());
    }

    WebhookSigner of(Tenant tenant) {
        return own().getOrDefault(tenant, common);
    }

    private synchronized Map<Tenant, WebhookSigner> own() {
        Path file = config.secretsFile();
        if (file != null && nanos.getAsLong() - readAt > LOOK_AGAIN_NANOS) {
            readAt = nanos.getAsLong();
            own = readAgain(file, own);
        }
        return own;
    }

    private Map<Tenant, WebhookSigner> readAgain(Path file, Map<Tenant, WebhookSigner> before) {
        try {
            return read(file);
        } catch (ConfigException e) {
            LOG.error("Signing with the secrets from before: {}", e.getMessage());
            return before;
        }
    }

    private Map<Tenant, WebhookSigner> read(Path file) {
        try {
            JsonNode json = Json.readTree(new ByteArrayInputStream(Files.readAllBytes(file)));
            if (!json.isObject()) {
                throw new IllegalArgumentException("it is not a JSON object");
            }
            Map<Tenant, WebhookSigner> signers = new HashMap<>();
            for (Map.Entry<String, JsonNode> entry : json.properties()) {
                signers.put(
                        new Tenant(entry.getKey()), new WebhookSigner(secrets(entry.getValue()), config.signingKeys()));
            }
            return Map.copyOf(signers);
        } catch (IOException | Json.UnreadableJsonException | IllegalArgumentException e) {
            throw new ConfigException(
                    List.of("MINILAB_WEBHOOK_SECRETS_FILE cannot be used: " + e.getMessage()
                            + "; it is JSON such as {\"tenant\": [\"whsec_…\"]}"),
                    e);
        }
    }

    private static List<WebhookSecret> secrets(JsonNode list) {
        List<WebhookSecret> secrets = new ArrayList<>();
        for (JsonNode secret : list.values()) {
            secrets.add(new WebhookSecret(secret.asString("")));
        }
        return secrets;
    }
}
