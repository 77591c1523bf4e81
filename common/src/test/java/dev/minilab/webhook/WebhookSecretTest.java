package dev.minilab.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.security.SecureRandom;
import java.util.Base64;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("I18 Webhook secrets")
class WebhookSecretTest {
    @ParameterizedTest
    @ValueSource(ints = {24, 25, 32, 64})
    @DisplayName("have 24 to 64 bytes")
    void lengths(int bytes) {
        assertThat(new WebhookSecret(ofBytes(bytes)).encoded()).isEqualTo(ofBytes(bytes));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 23, 65})
    @DisplayName("of other lengths are refused")
    void otherLengths(int bytes) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new WebhookSecret(ofBytes(bytes)))
                .withMessage("a webhook secret has 24 to 64 bytes, not " + bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa-_",
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n",
            })
    @DisplayName("that are malformed are refused without being shown")
    void malformed(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new WebhookSecret(text))
                .withMessageStartingWith("a webhook secret")
                .withMessageNotContaining("MfKQ9r8G");
    }

    @Test
    @DisplayName("are equal with and without padding, and show nothing")
    void padding() {
        WebhookSecret secret = new WebhookSecret(ofBytes(25));

        assertThat(new WebhookSecret(ofBytes(25).replace("=", ""))).isEqualTo(secret);
        assertThat(secret).hasToString("WebhookSecret[hidden]");
    }

    @Test
    @DisplayName("that are generated have 32 fresh bytes")
    void generated() {
        SecureRandom random = new SecureRandom();
        WebhookSecret secret = WebhookSecret.generate(random);

        assertThat(secret.key()).hasSize(32);
        assertThat(secret).isNotEqualTo(WebhookSecret.generate(random));
    }

    private static String ofBytes(int length) {
        return "whsec_" + Base64.getEncoder().encodeToString(new byte[length]);
    }
}
