package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("I21 the log drops what must not be read")
class LoggingTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            GET http://h:1/a/b.jpg?X-Amz-Signature=abc&d=e done | GET http://h:1/a/b.jpg?… done
            {"m":"https://h/a?b=c","n":1}                        | {"m":"https://h/a?…","n":1}
            https://h/a?b=c\\n\\tat X                            | https://h/a?…\\n\\tat X
            secret whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw here   | secret whsec_… here
            key mlk_0123456789abcdef is bad                      | key mlk_… is bad
            http://h/plain and what?                             | http://h/plain and what?
            """)
    void redacts(String line, String expected) {
        assertThat(Logging.Redacting.redact(line)).isEqualTo(expected);
    }
}
