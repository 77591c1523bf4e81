package dev.minilab.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minilab.job.JobId;
import dev.minilab.job.Tenant;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Cursors of lists")
class CursorsTest {

    private static final Tenant TENANT = new Tenant("acme");
    private static final String FILTERS = "succeeded\nsku-1";
    private static final JobId JOB = JobId.create(Instant.parse("2026-11-23T22:14:15Z"));

    private final Cursors cursors = new Cursors(new byte[] {1, 2, 3});
    private final String cursor = cursors.write(JOB, TENANT, FILTERS);

    private void assertBad(String wrong, Tenant tenant, String filters) {
        assertThatThrownBy(() -> cursors.read(wrong, tenant, filters))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> assertThat(e.code().wireName()).isEqualTo("bad_cursor"));
    }

    @Test
    @DisplayName("lead back to the job, at every API on the same bucket")
    void roundTrip() throws Exception {
        assertThat(new Cursors(new byte[] {1, 2, 3}).read(cursor, TENANT, FILTERS))
                .isEqualTo(JOB);
    }

    @Test
    @DisplayName("C65, I16 of another tenant, other filters or another installation are refused")
    void foreign() {
        assertBad(cursor, new Tenant("other"), FILTERS);
        assertBad(cursor, TENANT, "null\nnull");
        assertBad(new Cursors(new byte[] {4}).write(JOB, TENANT, FILTERS), TENANT, FILTERS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "abc", "!", "\u0000", "====", "am9iXzAxQVJaM05ERUtUU1Y0UlJGRlE2OUc1RkFW"})
    @DisplayName("C65 what is none is refused")
    void none(String text) {
        assertBad(text, TENANT, FILTERS);
    }

    @Test
    @DisplayName("C65 that were changed in any byte are refused")
    void forged() {
        byte[] bytes = Base64.getUrlDecoder().decode(cursor);
        for (int i = 0; i < bytes.length; i++) {
            byte[] changed = bytes.clone();
            changed[i] ^= 1;
            assertBad(Base64.getUrlEncoder().withoutPadding().encodeToString(changed), TENANT, FILTERS);
        }
        String other = JobId.create(Instant.parse("2026-11-24T00:00:00Z")).value()
                + new String(bytes, StandardCharsets.US_ASCII)
                        .substring(JOB.value().length());
        assertBad(Base64.getUrlEncoder().encodeToString(other.getBytes(StandardCharsets.US_ASCII)), TENANT, FILTERS);
    }
}
