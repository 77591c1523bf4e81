package dev.minilab.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.minilab.job.ErrorCode;
import dev.minilab.job.Lane;
import dev.minilab.job.Tenant;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("I22 Admission of uploads")
class AdmissionTest {

    private static final long MOST_EACH = 100;

    private final InstantSource clock = InstantSource.fixed(Instant.parse("2026-11-23T22:00:00Z"));
    private final Backlog backlog = new Backlog((_, _) -> false, Duration.ZERO, clock);

    private Admission admission(int uploads, long bytes) {
        return new Admission(uploads, bytes, MOST_EACH, new Quotas((_, _) -> false, 2, 0, clock), backlog);
    }

    private static ErrorCode refused(Admission admission, long length) {
        return catchThrowableOfType(ProblemException.class, () -> admission.enter(Tenant.DEFAULT, length))
                .code();
    }

    @Test
    @DisplayName("bounds how many are under way, and lets the next in when one is over")
    void count() throws Exception {
        Admission admission = admission(2, Long.MAX_VALUE);
        try (var _ = admission.enter(Tenant.DEFAULT, 10)) {
            try (var _ = admission.enter(Tenant.DEFAULT, 10)) {
                assertThat(refused(admission, 10)).isEqualTo(ErrorCode.UNAVAILABLE);
            }
            admission.enter(Tenant.DEFAULT, 10).close();
        }
    }

    @Test
    @DisplayName("bounds the bytes of all together, and takes the most for those that do not say")
    void bytes() throws Exception {
        Admission admission = admission(100, 250);
        try (var _ = admission.enter(Tenant.DEFAULT, 100);
                var _ = admission.enter(Tenant.DEFAULT, -1)) {
            assertThat(refused(admission, 51)).isEqualTo(ErrorCode.UNAVAILABLE);
            assertThat(refused(admission, -1)).isEqualTo(ErrorCode.UNAVAILABLE);
            admission.enter(Tenant.DEFAULT, 50).close();
        }
        admission.enter(Tenant.DEFAULT, 250).close();
    }

    @Test
    @DisplayName("lets one that is larger than the bound in when it is alone")
    void alone() throws Exception {
        Admission admission = admission(100, 10);
        try (var _ = admission.enter(Tenant.DEFAULT, 50)) {
            assertThat(refused(admission, 1)).isEqualTo(ErrorCode.UNAVAILABLE);
        }
        admission.enter(Tenant.DEFAULT, 50).close();
    }

    @Test
    @DisplayName("holds no place for what was refused: in the end all places are free")
    void refusedHoldNothing() throws Exception {
        Admission admission = admission(3, 250);
        for (int i = 0; i < 50; i++) {
            List<Admission.Place> places = new ArrayList<>();
            for (int place = 0; place < 3; place++) {
                places.add(admission.enter(Tenant.DEFAULT, 80));
            }
            refused(admission, 80);
            places.forEach(Admission.Place::close);
        }
    }

    @Test
    @DisplayName("C70 counts the jobs that came of it against the quota")
    void quotas() throws Exception {
        Admission admission = admission(10, 1000);
        for (int i = 0; i < 2; i++) {
            try (Admission.Place place = admission.enter(Tenant.DEFAULT, 10)) {
                place.accepted(Jobs.accepted(Tenant.DEFAULT, clock.instant(), Lane.INTERACTIVE, 10));
            }
        }
        assertThat(refused(admission, 10)).isEqualTo(ErrorCode.QUOTA_EXCEEDED);
    }
}
