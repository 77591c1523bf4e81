package dev.minilab.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("C17 Stated digests")
class DigestsTest {

    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);

    private static boolean match(Map<String, String> headers) throws ProblemException {
        Digests digests = Digests.of(headers::get);
        digests.update(HELLO, 0, 2);
        digests.update(HELLO, 2, 3);
        return digests.match();
    }

    /// The digests of `hello` by `openssl dgst -binary | base64`.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Content-MD5 | XUFAKrxLKna5cZ2REBfFkg==",
                "Content-Digest | sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:",
                "Repr-Digest | sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:",
                "Digest | SHA-256=LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=",
                "Digest | SHA=qvTGHdzF6KLavt4PO0gs2a6pQ00=",
                "Content-Digest | md5=:XUFAKrxLKna5cZ2REBfFkg==:,"
                        + " sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:",
                "Content-Digest | unknown=:AAAA:",
            })
    @DisplayName("that are right, or of an algorithm that nobody knows, let the bytes pass")
    void right(String header, String value) throws Exception {
        assertThat(match(Map.of(header, value))).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Content-MD5 | XUFAKrxLKna5cZ2REBfFkw==",
                "Content-MD5 | XUFAKrxL",
                "Content-Digest | sha-256=:AAJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:",
                "Content-Digest | md5=:XUFAKrxLKna5cZ2REBfFkg==:, sha-256=:AAAA:",
                "Digest | SHA-256=AAJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=",
            })
    @DisplayName("of which one is wrong do not match")
    void wrong(String header, String value) throws Exception {
        assertThat(match(Map.of(header, value))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"sha-256", "sha-256=LPJN", "sha-256=:!:", "sha-256=:A:", "sha-256=:AAAA:,", "", "=:AAAA:"})
    @DisplayName("that cannot be read are refused, not passed over")
    void unreadable(String value) {
        assertThatThrownBy(() -> Digests.of(Map.of("Content-Digest", value)::get))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> assertThat(e.code().wireName()).isEqualTo("digest_mismatch"));
    }

    @Test
    @DisplayName("are missing from most requests, and then anything matches")
    void none() throws Exception {
        assertThat(Digests.of(_ -> null).any()).isFalse();
        assertThat(match(Map.of())).isTrue();
    }
}
