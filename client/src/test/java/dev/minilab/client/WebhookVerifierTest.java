package dev.minilab.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.standardwebhooks.Webhook;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("I18 Webhooks are verified as Standard Webhooks 1.0.0 asks")
class WebhookVerifierTest {

    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final String OTHER = "whsec_" + Base64.getEncoder().encodeToString(new byte[32]);
    private static final String ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private static final String TIMESTAMP = "1614265330";
    private static final byte[] BODY = "{\"test\": 2432232314}".getBytes(UTF_8);
    private static final String SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    private static WebhookVerifier at(long seconds, String... keys) {
        return new WebhookVerifier(List.of(keys), InstantSource.fixed(Instant.ofEpochSecond(seconds)));
    }

    @Test
    @DisplayName("the known answer of the specification, to five minutes on either side")
    void knownAnswer() throws Exception {
        for (long now : new long[] {1614265330, 1614265030, 1614265630}) {
            at(now, SECRET).check(ID, TIMESTAMP, SIGNATURE, BODY);
        }
        for (long now : new long[] {1614265029, 1614265631}) {
            assertThatThrownBy(() -> at(now, SECRET).check(ID, TIMESTAMP, SIGNATURE, BODY))
                    .isInstanceOf(InvalidWebhookException.class);
        }
    }

    @Test
    @DisplayName("one signature of several by one key of several is enough: secrets may change over")
    void rotation() throws Exception {
        WebhookVerifier verifier = at(1614265330, OTHER, SECRET);
        verifier.check(ID, TIMESTAMP, "v1,AAAA v1a,AAAA v2,x " + SIGNATURE, BODY);
        assertThatThrownBy(() -> at(1614265330, OTHER).check(ID, TIMESTAMP, SIGNATURE, BODY))
                .isInstanceOf(InvalidWebhookException.class);
    }

    @Test
    @DisplayName("what the independent library signs is accepted and read")
    void library() throws Exception {
        byte[] body = ("{\"type\":\"job.succeeded\",\"timestamp\":\"2026-11-25T10:00:00Z\",\"data\":"
                        + FakeApi.job("succeeded") + "}")
                .getBytes(UTF_8);
        long now = Instant.now().getEpochSecond();
        String signature = new Webhook(SECRET).sign("msg_1", now, new String(body, UTF_8));
        Map<String, List<String>> headers = Map.of(
                "Webhook-Id", List.of("msg_1"),
                "WEBHOOK-TIMESTAMP", List.of(Long.toString(now)),
                "webhook-signature", List.of(signature));
        WebhookEvent event = new WebhookVerifier(SECRET).verify(headers, body);
        assertThat(event.type()).isEqualTo("job.succeeded");
        assertThat(event.data().id()).isEqualTo("job_1");

        body[body.length - 3]++;
        assertThatThrownBy(() -> new WebhookVerifier(SECRET).verify(headers, body))
                .isInstanceOf(InvalidWebhookException.class);
    }

    @Test
    @DisplayName("Ed25519 signatures are checked with the public key")
    void asymmetric() throws Exception {
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        byte[] x509 = pair.getPublic().getEncoded();
        String key =
                "whpk_" + Base64.getEncoder().encodeToString(Arrays.copyOfRange(x509, x509.length - 32, x509.length));
        Signature ed25519 = Signature.getInstance("Ed25519");
        ed25519.initSign(pair.getPrivate());
        ed25519.update((ID + "." + TIMESTAMP + ".").getBytes(UTF_8));
        ed25519.update(BODY);
        String signature = "v1a," + Base64.getEncoder().encodeToString(ed25519.sign());
        at(1614265330, key).check(ID, TIMESTAMP, SIGNATURE + " " + signature, BODY);
        assertThatThrownBy(() -> at(1614265330, key).check("msg_other", TIMESTAMP, signature, BODY))
                .isInstanceOf(InvalidWebhookException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "v1", "v1,", "v1,%%%", "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "v1a,AAAA"})
    @DisplayName("signatures that are none are refused")
    void malformed(String signature) {
        assertThatThrownBy(() -> at(1614265330, SECRET).check(ID, TIMESTAMP, signature, BODY))
                .isInstanceOf(InvalidWebhookException.class);
    }

    @Test
    @DisplayName("missing headers, odd times and ids with dots are refused")
    void headers() {
        WebhookVerifier verifier = at(1614265330, SECRET);
        assertThatThrownBy(() -> verifier.verify(Map.of(), BODY)).isInstanceOf(InvalidWebhookException.class);
        assertThatThrownBy(() -> verifier.check(ID, "+1614265330", SIGNATURE, BODY))
                .isInstanceOf(InvalidWebhookException.class);
        assertThatThrownBy(() -> verifier.check("msg.1", TIMESTAMP, SIGNATURE, BODY))
                .isInstanceOf(InvalidWebhookException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "whsec_", "whsec_AAAA", "secret", "whpk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_%"})
    @DisplayName("keys that are none are refused at once")
    void badKeys(String key) {
        assertThatThrownBy(() -> new WebhookVerifier(key)).isInstanceOf(IllegalArgumentException.class);
    }
}
