package dev.minilab.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("C66 Accept")
class AcceptsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "*/*",
                "application/*",
                "APPLICATION/JSON; charset=utf-8",
                "text/html, application/xhtml+xml, */*;q=0.8",
                "application/json;q=0.001",
                "*/*;q=0, application/json",
                "application/*;q=0, application/json;q=1.0",
                "  "
            })
    @DisplayName("covers JSON")
    void covers(String accept) {
        assertThat(Accepts.allows(accept, "application/json")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/xml",
                "text/html",
                "application/json;q=0",
                "application/json; q=0.000",
                "*/*, application/json;q=0",
                "*/*, application/*;q=0",
                "text/*",
                "json",
                "application/jsonp",
                ","
            })
    @DisplayName("rules JSON out")
    void rulesOut(String accept) {
        assertThat(Accepts.allows(accept, "application/json")).isFalse();
    }

    @Test
    @DisplayName("is not needed")
    void absent() {
        assertThat(Accepts.allows(null, "text/event-stream")).isTrue();
        assertThat(Accepts.allows("text/event-stream", "text/event-stream")).isTrue();
        assertThat(Accepts.allows("application/json", "text/event-stream")).isFalse();
    }
}
