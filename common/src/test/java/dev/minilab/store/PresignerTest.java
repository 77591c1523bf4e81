package dev.minilab.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;

@DisplayName("I17 A signed link")
class PresignerTest {

    private static final Duration TTL = Duration.ofHours(1);

    private static Presigner presigner(AwsCredentials credentials) {
        StaticCredentialsProvider provider = StaticCredentialsProvider.create(credentials);
        S3Client s3 = S3Client.builder()
                .region(Region.US_EAST_1)
                .credentialsProvider(provider)
                .build();
        return new Presigner(
                "pictures",
                Region.US_EAST_1,
                URI.create("http://127.0.0.1:9"),
                provider,
                S3Configuration.builder().pathStyleAccessEnabled(true).build(),
                s3);
    }

    private static AwsCredentials temporary(Instant end) {
        return AwsSessionCredentials.builder()
                .accessKeyId("AKID")
                .secretAccessKey("hush")
                .sessionToken("token")
                .expirationTime(end)
                .build();
    }

    @ParameterizedTest
    @CsvSource({"PT10M,PT10M", "PT59M,PT59M", "PT2H,PT1H"})
    @DisplayName("works no longer than the temporary credentials that sign it, and says so")
    void temporaryCredentials(Duration left, Duration works) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        try (Presigner presigner = presigner(temporary(now.plus(left)))) {
            assertThat(presigner.endOfCredentials()).hasValue(now.plus(left));
            assertThat(presigner.get("key", TTL).expiresAt())
                    .isBetween(now.plus(works), now.plus(works).plusSeconds(5));
            assertThat(presigner.put("key", "image/png", 5, true, TTL).expiresAt())
                    .isBetween(now.plus(works), now.plus(works).plusSeconds(5));
        }
    }

    @Test
    @DisplayName("works for as long as was asked for by lasting ones")
    void lasting() {
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        try (Presigner presigner = presigner(AwsBasicCredentials.create("AKID", "hush"))) {
            assertThat(presigner.endOfCredentials()).isEmpty();
            assertThat(presigner.get("key", TTL).expiresAt())
                    .isBetween(now.plus(TTL), now.plus(TTL).plusSeconds(5));
        }
    }
}
