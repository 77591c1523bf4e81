package dev.minilab.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("If-None-Match")
class IfNoneMatchTest {

    private static final String ETAG = "\"abc\"";

    private static boolean names(String... lines) {
        return IfNoneMatch.names(Collections.enumeration(List.of(lines)), ETAG);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*",
                " * ",
                "\"abc\"",
                "W/\"abc\"",
                "\"x\", \"abc\"",
                "\"x\",\"abc\" , W/\"y\"",
                ", ,\"abc\"",
                "\"a,b\", \"abc\""
            })
    @DisplayName("names a tag alone, in a list, weak, or with all others")
    void names(String line) {
        assertThat(names(new String[] {line})).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "abc",
                "\"abcd\"",
                "\"x\\\"abc\"",
                "\"x, \"abc\"",
                "w/\"abc\"",
                "\"abc\" \"x\"",
                "*, \"x\"",
                "\"x\"\"abc\"",
                "\"\"abc\"\"",
                "\"ABC\""
            })
    @DisplayName("names no other tag, and nothing by what cannot be read")
    void namesNot(String line) {
        assertThat(names(new String[] {line})).isFalse();
    }

    @Test
    @DisplayName("may come in several lines, which are one list")
    void lines() {
        assertThat(names("\"x\"", "\"y\", \"abc\"")).isTrue();
        assertThat(names("\"x\"", "\"y\"")).isFalse();
        assertThat(names(new String[0])).isFalse();
    }
}
