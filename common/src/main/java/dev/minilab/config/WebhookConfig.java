package dev.minilab.config;

import dev.minilab.webhook.SigningKey;
import dev.minilab.webhook.WebhookSecret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// How webhooks are signed, and when they are tried again. Immutable.
///
/// @param secrets sign for every tenant without secrets of its own; the newest first
/// @param secretsFile names secrets of single tenants
/// @param signingKeys sign with Ed25519 beside that; the newest first
/// @param schedule how long to wait after each attempt that failed; there is one attempt more than waits
public record WebhookConfig(
        List<WebhookSecret> secrets,
        @Nullable Path secretsFile,
        List<SigningKey> signingKeys,
        List<Duration> schedule) {

    private static final String SCHEDULE = "5s,5m,30m,2h,5h,10h,14h,20h,24h";
    private static final int MOST_WAITS = 20;
    private static final Duration LONGEST_WAIT = Duration.ofDays(7);

    public WebhookConfig {
        secrets = List.copyOf(secrets);
        signingKeys = List.copyOf(signingKeys);
        schedule = List.copyOf(schedule);
    }

    static WebhookConfig read(Settings settings) {
        return new WebhookConfig(
                settings.parsed(
                        "MINILAB_WEBHOOK_SECRET",
                        List.of(),
                        "a webhook secret: whsec_ and the base64 of 24 to 64 bytes; several with commas between, the"
                                + " newest first",
                        text -> list(text).map(WebhookSecret::new).toList()),
                settings.path("MINILAB_WEBHOOK_SECRETS_FILE"),
                settings.parsed(
                        "MINILAB_WEBHOOK_SIGNING_KEY",
                        List.of(),
                        "a signing key: whsk_ and the base64 of an Ed25519 key; several with commas between, the newest"
                                + " first",
                        text -> list(text).map(SigningKey::new).toList()),
                settings.parsed(
                        "MINILAB_WEBHOOK_SCHEDULE",
                        waits(SCHEDULE),
                        "a list of 1 to 20 durations from 1s to" + " 7d, such as " + SCHEDULE,
                        WebhookConfig::waits));
    }

    private static List<Duration> waits(String text) {
        List<Duration> waits = list(text).map(Settings::parseDuration).toList();
        boolean fine =
                waits.stream().allMatch(w -> w.compareTo(Duration.ofSeconds(1)) >= 0 && w.compareTo(LONGEST_WAIT) <= 0);
        if (!fine || waits.isEmpty() || waits.size() > MOST_WAITS) {
            throw new IllegalArgumentException();
        }
        return waits;
    }

    private static Stream<String> list(String text) {
        return Stream.of(text.split(",")).map(String::strip);
    }
}
