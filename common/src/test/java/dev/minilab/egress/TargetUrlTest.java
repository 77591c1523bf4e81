package dev.minilab.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.minilab.egress.TargetUrl.Rules;
import dev.minilab.job.ErrorCode;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("URLs chosen by strangers")
class TargetUrlTest {
    private static final AddressPolicy PUBLIC_ONLY = allowing();
    private static final Rules STRICT = new Rules(false, Set.of());

    @ParameterizedTest
    @CsvSource({
        "https://example.com,                     https://example.com/",
        "HTTPS://EXAMPLE.Com:443/A%2fb?Q=1&r,     https://example.com/A%2fb?Q=1&r",
        "https://example.com./x,                  https://example.com/x",
        "https://example.com:80/,                 https://example.com:80/",
        "https://example.com?x,                   https://example.com/?x",
        "https://münchen.example/ü,               https://xn--mnchen-3ya.example/%C3%BC",
        "https://例え。テスト/,                   https://xn--r8jz45g.xn--zckzah/",
        "https://Ｅxample.com/,                   https://example.com/",
        "https://8.8.8.8/,                        https://8.8.8.8/",
        "https://8.8.8.8./,                       https://8.8.8.8/",
        "https://[2606:4700:4700:0:0:0:0:1111]/,  https://[2606:4700:4700::1111]/",
        "https://[::ffff:808:808]/,               https://8.8.8.8/",
        "https://1.example/,                      https://1.example/",
        "https://0x7f.example/,                   https://0x7f.example/",
        "https://notlocalhost/,                   https://notlocalhost/",
    })
    @DisplayName("good ones are normalised")
    void good(String url, String normalised) throws RefusedUrlException {
        assertThat(TargetUrl.parse(url, PUBLIC_ONLY, STRICT).uri()).hasToString(normalised);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://example.com/",
                "ftp://example.com/",
                "file:///etc/passwd",
                "javascript:alert(1)",
                "data:text/plain,x",
                "//example.com/",
                "/hook",
                "example.com",
                "https:example.com",
                "https:///hook",
                "https://",
                "",
            })
    @DisplayName("C60 other schemes than https, and URLs without a host, are refused")
    void schemes(String url) {
        assertThat(refusal(url)).isEqualTo(ErrorCode.BAD_WEBHOOK_URL);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.0.0.1.",
                "127.255.0.9",
                "169.254.169.254",
                "10.1.2.3",
                "100.64.0.1",
                "0.0.0.0",
                "[::1]",
                "[::]",
                "[0:0:0:0:0:0:0:1]",
                "[::ffff:7f00:1]",
                "[::ffff:127.0.0.1]",
                "[::127.0.0.1]",
                "[64:ff9b::7f00:1]",
                "[2002:7f00:1::]",
                "[fd00::1]",
                "[fe80::1]",
                "[fe80::1%eth0]",
                "[fe80::1%25eth0]",
                "[2600::1%251]",
            })
    @DisplayName("C61 addresses written out are blocked")
    void literals(String host) {
        assertThat(refusal("https://" + host + "/")).isEqualTo(ErrorCode.BLOCKED_ADDRESS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2130706433",
                "017700000001",
                "0x7f000001",
                "0X7F000001",
                "0x7f.1",
                "127.1",
                "127.0.1",
                "127.1.",
                "0177.0.0.1",
                "127.0.0.01",
                "127.0.0.0x1",
                "127.0.0.0x",
                "1.2.3.4.5",
                "256.256.256.256",
                "8.8.8.08",
                "example.1",
                "0",
                "１２７.０.０.１",
                "127。0。0。1",
                "①②⑦.0.0.1",
                "127.0.0.1\u00ad",
            })
    @DisplayName("C61 numbers in disguise are blocked")
    void disguises(String host) {
        assertThat(refusal("https://" + host + "/")).isEqualTo(ErrorCode.BLOCKED_ADDRESS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LOCALHOST",
                "localhost.",
                "a.localhost",
                "a.b.localhost.",
                "ｌocalhost",
                "local\u00adhost"
            })
    @DisplayName("C61 localhost is blocked, however it is spelled")
    void localhost(String host) {
        assertThat(refusal("https://" + host + "/")).isEqualTo(ErrorCode.BLOCKED_ADDRESS);
    }

    @Test
    @DisplayName("C61 a blocked address is named as such before the scheme and the port are")
    void blockedBeforeSchemeAndPort() {
        assertThat(refusal("http://169.254.169.254:8080/latest/meta-data")).isEqualTo(ErrorCode.BLOCKED_ADDRESS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://user@example.com/",
                "https://user:secret@example.com/",
                "https://@example.com/",
                "https://example.com@127.0.0.1/",
                "https://example.com/#fragment",
                "https://example.com/#",
                "https://example.com:22/",
                "https://example.com:8443/",
                "https://example.com:0/",
                "https://example.com:65536/",
                "https://example.com:99999999999/",
                "https://example.com:/",
                "https://example.com:-1/",
                "https://8.8.8.8:22/",
                "https://example.com/\ud800",
                "https://example.com/a b",
            })
    @DisplayName("C63 user info, fragments, other ports and malformed paths are refused")
    void partsThatMayNotBe(String url) {
        assertThat(refusal(url)).isEqualTo(ErrorCode.BAD_WEBHOOK_URL);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "exa_mple.com",
                "-example.com",
                "example-.com",
                "a..b",
                "a.b..",
                ".",
                ".example.com",
                "%31%32%37.0.0.1",
                "example.com%00",
                "exam ple.com",
                "example.com\\@127.0.0.1",
                "exa\u2100mple.com",
                "example.com\uff0f.evil.example",
                "[v1.x]",
                "[127.0.0.1]",
                "[::1",
                "::1",
                "[]",
                "[::1]x",
                "example.\ud800.com",
            })
    @DisplayName("C63 hosts that are no names are refused")
    void malformedHosts(String host) {
        assertThat(refusal("https://" + host + "/")).isEqualTo(ErrorCode.BAD_WEBHOOK_URL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"p\u0430ypal.com", "xn--pypal-4ve.com", "g\u03bfogle.com", "\u0430\u0131.com"})
    @DisplayName("C63 a label that mixes lookalike scripts is refused, also as punycode")
    void homographs(String host) {
        assertThat(refusal("https://" + host + "/")).isEqualTo(ErrorCode.BAD_WEBHOOK_URL);
    }

    @Test
    @DisplayName("C63 length limits of URL, host and label hold exactly")
    void lengths() throws RefusedUrlException {
        String longest = "https://example.com/" + "a".repeat(TargetUrl.MAX_LENGTH - 20);
        String host253 = ("a".repeat(49) + ".").repeat(5) + "abc";

        assertThat(TargetUrl.parse(longest, PUBLIC_ONLY, STRICT).uri()).hasToString(longest);
        assertThat(TargetUrl.parse("https://" + host253, PUBLIC_ONLY, STRICT)
                        .uri()
                        .getHost())
                .hasSize(253);
        assertThat(Stream.of(longest + "a", "https://" + host253 + "d", "https://" + "a".repeat(64) + ".com"))
                .allSatisfy(url -> assertThat(refusal(url)).isEqualTo(ErrorCode.BAD_WEBHOOK_URL));
        assertThat(refusal("https://example.com/" + "a".repeat(8192))).isEqualTo(ErrorCode.BAD_WEBHOOK_URL);
    }

    @Test
    @DisplayName("C60 the rules open http and further ports")
    void rules() throws RefusedUrlException {
        Rules open = new Rules(true, Set.of(8443));

        assertThat(TargetUrl.parse("http://example.com:80/", PUBLIC_ONLY, open).uri())
                .hasToString("http://example.com/");
        assertThat(TargetUrl.parse("http://example.com:8443/", PUBLIC_ONLY, open)
                        .uri())
                .hasToString("http://example.com:8443/");
        assertThat(refusal("http://example.com:8444/", PUBLIC_ONLY, open)).isEqualTo(ErrorCode.BAD_WEBHOOK_URL);
        assertThat(refusal("http://127.0.0.1/", PUBLIC_ONLY, open)).isEqualTo(ErrorCode.BLOCKED_ADDRESS);
        assertThatIllegalArgumentException().isThrownBy(() -> new Rules(true, Set.of(65_536)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1:9000/hook",
                "http://localhost:9000/hook",
                "http://a.localhost:9000/hook",
                "https://[::1]:1/",
                "http://10.9.9.9:65535/",
            })
    @DisplayName("C61 an allowed address may be called by http and on any port")
    void allowed(String url) throws RefusedUrlException {
        AddressPolicy policy = allowing("127.0.0.0/8", "::1/128", "10.9.9.9/32");

        assertThat(TargetUrl.parse(url, policy, STRICT).uri()).hasToString(url);
    }

    @Test
    @DisplayName("C61 the allow list opens nothing else")
    void allowedNoFurther() {
        AddressPolicy policy = allowing("127.0.0.0/8");

        assertThat(refusal("http://10.0.0.1/", policy, STRICT)).isEqualTo(ErrorCode.BLOCKED_ADDRESS);
        assertThat(refusal("http://127.1/", policy, STRICT)).isEqualTo(ErrorCode.BLOCKED_ADDRESS);
        assertThat(refusal("http://example.com/", policy, STRICT)).isEqualTo(ErrorCode.BAD_WEBHOOK_URL);
        assertThat(refusal("http://127.0.0.1:65536/", policy, STRICT)).isEqualTo(ErrorCode.BAD_WEBHOOK_URL);
        assertThat(refusal("http://127.0.0.1:0/", policy, STRICT)).isEqualTo(ErrorCode.BAD_WEBHOOK_URL);
        assertThat(refusal("https://localhost/", allowing("::1/128"), STRICT)).isEqualTo(ErrorCode.BLOCKED_ADDRESS);
    }

    @Test
    @DisplayName("the public message does not repeat the URL")
    void message() {
        RefusedUrlException refused = refused("https://user:hunter2@example.com/", PUBLIC_ONLY, STRICT);

        assertThat(refused).hasMessage("The URL must not contain user information");
    }

    private static ErrorCode refusal(String url) {
        return refusal(url, PUBLIC_ONLY, STRICT);
    }

    private static ErrorCode refusal(String url, AddressPolicy policy, Rules rules) {
        return refused(url, policy, rules).code();
    }

    private static RefusedUrlException refused(String url, AddressPolicy policy, Rules rules) {
        return catchThrowableOfType(RefusedUrlException.class, () -> TargetUrl.parse(url, policy, rules));
    }

    private static AddressPolicy allowing(String... ranges) {
        return new AddressPolicy(List.of(ranges).stream().map(Cidr::parse).toList());
    }
}
