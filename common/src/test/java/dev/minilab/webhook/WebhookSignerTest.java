package dev.minilab.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import java.security.SecureRandom;
import java.security.SignatureException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("I18 Webhook signatures")
class WebhookSignerTest {
    // The known answer of the Standard Webhooks libraries.
    private static final WebhookSecret SECRET = new WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    private static final String ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private static final String TIMESTAMP = "1614265330";
    private static final Instant NOW = Instant.ofEpochSecond(1_614_265_330);
    private static final String BODY = "{\"test\": 2432232314}";
    private static final String SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    private static final WebhookSecret OTHER = WebhookSecret.generate(new SecureRandom());

    @Test
    @DisplayName("I18 the known answer is signed and verified")
    void knownAnswer() {
        assertThat(sign(SECRET)).isEqualTo(SIGNATURE);
        assertThatCode(() -> verify(SIGNATURE)).doesNotThrowAnyException();
    }

    @Test
    @DisplayName("I18 the independent library verifies what is signed, with either secret of a rotation")
    void independentLibrary() throws Exception {
        Instant now = Instant.now();
        String body = "{\"name\":\"Zoë 🐈\"}";
        String signature = new WebhookSigner(List.of(OTHER, SECRET)).sign(ID, now, body.getBytes(UTF_8));
        Map<String, List<String>> headers = Map.of(
                "webhook-id", List.of(ID),
                "webhook-timestamp", List.of(Long.toString(now.getEpochSecond())),
                "webhook-signature", List.of(signature));
        WebhookSecret stranger = WebhookSecret.generate(new SecureRandom());

        new Webhook(OTHER.encoded()).verify(body, headers);
        new Webhook(SECRET.encoded()).verify(body, headers);
        assertThatExceptionOfType(WebhookVerificationException.class)
                .isThrownBy(() -> new Webhook(stranger.encoded()).verify(body, headers));
    }

    @Test
    @DisplayName("I18 what the independent library signs is verified")
    void signedByIndependentLibrary() throws Exception {
        String signature = new Webhook(SECRET.encoded()).sign(ID, NOW.getEpochSecond(), BODY);

        assertThatCode(() -> verify(signature)).doesNotThrowAnyException();
    }

    @Test
    @DisplayName("I18 rotation overlaps: the newest secret signs first, and either verifies")
    void rotation() {
        String both = new WebhookSigner(List.of(OTHER, SECRET)).sign(ID, NOW, BODY.getBytes(UTF_8));

        assertThat(both).isEqualTo(sign(OTHER) + " " + SIGNATURE);
        assertThatCode(() -> verify(List.of(SECRET), both)).doesNotThrowAnyException();
        assertThatCode(() -> verify(List.of(OTHER), both)).doesNotThrowAnyException();
        assertThatCode(() -> verify(List.of(OTHER, SECRET), SIGNATURE)).doesNotThrowAnyException();
        assertRefused(List.of(OTHER), ID, TIMESTAMP, SIGNATURE, BODY, NOW);
        assertRefused(List.of(), ID, TIMESTAMP, SIGNATURE, BODY, NOW);
    }

    @Test
    @DisplayName("I18 a changed body, id or timestamp is refused")
    void tampered() {
        assertRefused(List.of(SECRET), ID, TIMESTAMP, SIGNATURE, BODY + " ", NOW);
        assertRefused(List.of(SECRET), ID + "x", TIMESTAMP, SIGNATURE, BODY, NOW);
        assertRefused(List.of(SECRET), ID, "1614265331", SIGNATURE, BODY, NOW);
        assertRefused(List.of(SECRET), ID, "0" + TIMESTAMP, SIGNATURE, BODY, NOW);
    }

    @Test
    @DisplayName("I18 a timestamp may be 300 s off, either way, and no more")
    void tolerance() {
        for (int allowed : new int[] {-300, 0, 300}) {
            assertThatCode(() -> verify(NOW.plusSeconds(allowed))).doesNotThrowAnyException();
        }
        assertRefused(List.of(SECRET), ID, TIMESTAMP, SIGNATURE, BODY, NOW.plusSeconds(301));
        assertRefused(List.of(SECRET), ID, TIMESTAMP, SIGNATURE, BODY, NOW.minusSeconds(301));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "v1",
                "v1,",
                "v1,AAAA",
                "v1,not base64",
                "v1a,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
                "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
                "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            })
    @DisplayName("I18 other signatures are refused")
    void otherSignatures(String signature) {
        assertRefused(List.of(SECRET), ID, TIMESTAMP, signature, BODY, NOW);
    }

    @Test
    @DisplayName("I18 signatures of unknown versions beside a good one are ignored")
    void unknownVersions() {
        assertThatCode(() -> verify("v1a,AAAA v9,? " + SIGNATURE + " v1,AAAA")).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "+1614265330", " 1614265330", "1614265330.0", "1e9", "99999999999999999999", "x"})
    @DisplayName("I18 malformed timestamps are refused")
    void malformedTimestamps(String timestamp) {
        assertRefused(List.of(SECRET), ID, timestamp, SIGNATURE, BODY, NOW);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "msg.1", "msg 1", "msg\r\nx: y", "mség"})
    @DisplayName("I18 ids that would be ambiguous or break a header are refused")
    void malformedIds(String id) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new WebhookSigner(List.of(SECRET)).sign(id, NOW, new byte[0]));
        assertRefused(List.of(SECRET), id, TIMESTAMP, SIGNATURE, BODY, NOW);
    }

    @Test
    @DisplayName("I18 signing without a secret is refused")
    void noSecret() {
        assertThatIllegalArgumentException().isThrownBy(() -> new WebhookSigner(List.of()));
    }

    private static String sign(WebhookSecret secret) {
        return new WebhookSigner(List.of(secret)).sign(ID, NOW, BODY.getBytes(UTF_8));
    }

    private static void verify(String signature) throws SignatureException {
        verify(List.of(SECRET), signature);
    }

    private static void verify(List<WebhookSecret> secrets, String signature) throws SignatureException {
        WebhookSigner.verify(secrets, ID, TIMESTAMP, signature, BODY.getBytes(UTF_8), NOW);
    }

    private static void verify(Instant now) throws SignatureException {
        WebhookSigner.verify(List.of(SECRET), ID, TIMESTAMP, SIGNATURE, BODY.getBytes(UTF_8), now);
    }

    private static void assertRefused(
            List<WebhookSecret> secrets, String id, String timestamp, String signature, String body, Instant now) {
        assertThatExceptionOfType(SignatureException.class)
                .isThrownBy(() -> WebhookSigner.verify(secrets, id, timestamp, signature, body.getBytes(UTF_8), now));
    }
}
