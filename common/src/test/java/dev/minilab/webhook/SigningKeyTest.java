package dev.minilab.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.security.KeyFactory;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("I18 Asymmetric signatures (v1a)")
class SigningKeyTest {
    /// RFC 8032, 7.1, tests 1 and 2.
    private static final SigningKey FIRST = key(
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    private static final SigningKey SECOND = key(
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    private static final WebhookSecret SECRET = new WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

    private static SigningKey key(String secret, String shown) {
        return new SigningKey(
                "whsk_" + Base64.getEncoder().encodeToString(HexFormat.of().parseHex(secret + shown)));
    }

    @Test
    @DisplayName("the known answers of RFC 8032 are signed")
    void knownAnswers() {
        assertThat(HexFormat.of().formatHex(FIRST.sign(new byte[0])))
                .isEqualTo("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                        + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
        assertThat(HexFormat.of().formatHex(SECOND.sign(new byte[] {0x72})))
                .isEqualTo("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                        + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
        assertThat(FIRST.publicKey()).isEqualTo("whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
    }

    @Test
    @DisplayName("stand behind the symmetric ones in the header, one for each key, and verify with the public key")
    void header() throws Exception {
        SigningKey fresh = SigningKey.generate(new SecureRandom());
        Instant now = Instant.ofEpochSecond(1_614_265_330);
        byte[] body = "{\"test\": 2432232314}".getBytes(UTF_8);
        String[] parts = new WebhookSigner(List.of(SECRET), List.of(fresh, FIRST))
                .sign("msg_1", now, body)
                .split(" ", -1);

        assertThat(parts).hasSize(3);
        assertThat(parts[0]).isEqualTo(new WebhookSigner(List.of(SECRET)).sign("msg_1", now, body));
        assertVerifies(fresh, parts[1]);
        assertVerifies(FIRST, parts[2]);
        WebhookSigner.verify(List.of(SECRET), "msg_1", "1614265330", String.join(" ", parts), body, now);
    }

    private static void assertVerifies(SigningKey key, String part) throws Exception {
        assertThat(part).startsWith("v1a,");
        byte[] shown = Base64.getDecoder().decode(key.publicKey().substring("whpk_".length()));
        byte[] x509 = HexFormat.of()
                .parseHex("302a300506032b6570032100" + HexFormat.of().formatHex(shown));
        Signature signature = Signature.getInstance("Ed25519");
        signature.initVerify(KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(x509)));
        signature.update("msg_1.1614265330.{\"test\": 2432232314}".getBytes(UTF_8));
        assertThat(signature.verify(Base64.getDecoder().decode(part.substring("v1a,".length()))))
                .isTrue();
    }

    @Test
    @DisplayName("a key without its public key is completed")
    void completed() {
        assertThat(new SigningKey("whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="))
                .isEqualTo(FIRST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "whsk_", "whsec_AAAA", "whsk_!", "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyufw=="})
    @DisplayName("what is no key is refused")
    void malformed(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> new SigningKey(text));
    }

    @Test
    @DisplayName("halves of two keys are refused")
    void mixed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> key(
                        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"));
    }

    @Test
    @DisplayName("I21 a key does not show itself")
    void hidden() {
        assertThat(FIRST.toString()).doesNotContain("nWGx");
    }
}
