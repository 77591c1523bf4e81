package dev.minilab.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.minilab.job.Keys.JobObject;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Keys")
class KeysTest {
    private static final Tenant ACME = new Tenant("acme-1");
    private static final Instant CREATED = Instant.parse("2026-11-23T22:14:15.926Z");
    private static final JobId JOB = JobId.create(CREATED);
    private static final WorkerId WORKER = WorkerId.create(CREATED);
    private static final String FOLDER = "jobs/acme-1/20261123T22/" + JOB + "/";

    static Stream<Arguments> spelling() {
        return Stream.of(
                Arguments.of(Keys.original(ACME, JOB), "originals/acme-1/20261123T22/" + JOB),
                Arguments.of(Keys.accepted(ACME, JOB), FOLDER + "accepted.json"),
                Arguments.of(Keys.started(ACME, JOB), FOLDER + "started.json"),
                Arguments.of(Keys.result(ACME, JOB), FOLDER + "result.json"),
                Arguments.of(Keys.deliveries(ACME, JOB), FOLDER + "deliveries/"),
                Arguments.of(Keys.delivery(ACME, JOB, 1), FOLDER + "deliveries/1.json"),
                Arguments.of(Keys.delivery(ACME, JOB, 12), FOLDER + "deliveries/12.json"),
                Arguments.of(
                        Keys.output(ACME, JOB, "thumb", ImageFormat.JPEG),
                        "results/acme-1/20261123T22/" + JOB + "/thumb.jpg"),
                Arguments.of(
                        Keys.output(ACME, JOB, "a_b-c", ImageFormat.WEBP),
                        "results/acme-1/20261123T22/" + JOB + "/a_b-c.webp"),
                Arguments.of(
                        Keys.output(ACME, JOB, "x", ImageFormat.PNG), "results/acme-1/20261123T22/" + JOB + "/x.png"),
                Arguments.of(Keys.watermark(ACME, "brand/logo.png"), "watermarks/acme-1/brand/logo.png"),
                Arguments.of(Keys.worker(WORKER), "workers/" + WORKER + ".json"),
                Arguments.of(Keys.workers(), "workers/"),
                Arguments.of(Keys.tenants(), "jobs/"),
                Arguments.of(Keys.hours(ACME), "jobs/acme-1/"),
                Arguments.of(Keys.hour(ACME, "20261123T22"), "jobs/acme-1/20261123T22/"));
    }

    @ParameterizedTest
    @MethodSource
    @DisplayName("are spelled as the design says")
    void spelling(String key, String spelled) {
        assertThat(key).isEqualTo(spelled);
    }

    @ParameterizedTest
    @CsvSource({
        "accepted.json,        true,  false",
        "result.json,          false, true",
        "started.json,         false, false",
        "deliveries/1.json,    false, false",
        "deliveries/result.json, false, false",
    })
    @DisplayName("of a job's objects say which job and which object they mean")
    void jobObject(String name, boolean accepted, boolean result) {
        assertThat(Keys.jobObject(FOLDER + name)).hasValueSatisfying(object -> {
            assertThat(object).isEqualTo(new JobObject(ACME, JOB, name));
            assertThat(object.isAccepted()).isEqualTo(accepted);
            assertThat(object.isResult()).isEqualTo(result);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "..",
                "../other/logo.png",
                "a/../../other/x",
                "/a",
                "a//b",
                "a/./b",
                ".a",
                "a/",
                "a\\b",
                "a b"
            })
    @DisplayName("C54 of watermarks never leave the tenant's own")
    void watermarks(String imageKey) {
        assertThatIllegalArgumentException().isThrownBy(() -> Keys.watermark(ACME, imageKey));
    }

    @Test
    @DisplayName("of workers say whose they are")
    void workers() {
        assertThat(Keys.workerOf(Keys.worker(WORKER))).contains(WORKER);
        assertThat(Stream.of("workers/", "workers/x.json", "workers/.json", "jobs/x", "workers/" + WORKER + ".json~"))
                .allSatisfy(key -> assertThat(Keys.workerOf(key)).isEmpty());
    }

    static Stream<String> foreign() {
        return Stream.of(
                FOLDER + "result.json-0b2a5a5e-7d0c-4a3f-9f0e-0d5e6b1d2c3b",
                FOLDER + "accepted.json-0b2a5a5e-7d0c-4a3f-9f0e-0d5e6b1d2c3b",
                FOLDER + ".json",
                FOLDER,
                FOLDER + "result.jso",
                FOLDER + "result.json/",
                "/" + FOLDER + "result.json",
                "x" + FOLDER + "result.json",
                "results/acme-1/20261123T22/" + JOB + "/result.json",
                "originals/acme-1/20261123T22/" + JOB,
                "jobs/acme-1/20261123T23/" + JOB + "/result.json",
                "jobs/acme-1/2026112322/" + JOB + "/result.json",
                "jobs/acme-1/" + JOB + "/result.json",
                "jobs/Acme/20261123T22/" + JOB + "/result.json",
                "jobs/../20261123T22/" + JOB + "/result.json",
                "jobs/acme-1/20261123T22/job_ZZZZZZZZZZZZZZZZZZZZZZZZZZ/result.json",
                "jobs/acme-1/20261123T22/job_01ARZ3NDEKTSV4RRFFQ69G5FAV/result.json",
                "");
    }

    @ParameterizedTest
    @MethodSource
    @DisplayName("F35 that are temporary or not ours mean no job")
    void foreign(String key) {
        assertThat(Keys.jobObject(key)).isEmpty();
    }

    @Test
    @DisplayName("of folders say which tenant and which hour they hold")
    void folders() {
        assertThat(Keys.tenantOf("jobs/acme-1/")).contains(ACME);
        assertThat(Keys.tenantOf(Keys.hours(Tenant.DEFAULT))).contains(Tenant.DEFAULT);
        assertThat(Keys.hourOf("jobs/acme-1/20261123T22/")).contains("20261123T22");
        assertThat(Keys.hourOf(Keys.hour(ACME, JOB.hour()))).contains(JOB.hour());
        assertThat(Keys.hourOf("jobs/acme-1/")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "jobs/",
                "jobs//",
                "jobs/acme-1",
                "jobs/Acme/",
                "jobs/../",
                "uploads/acme-1/",
                "jobs/acme-1/20269923T22",
                "jobs/acme-1/2026/",
                "jobs/acme-1/20261123T22",
                "jobs/acme-1/20261123T22/job_01ARZ3NDEKTSV4RRFFQ69G5FAV/",
            })
    @DisplayName("of other folders hold neither")
    void otherFolders(String folder) {
        assertThat(Keys.tenantOf(folder)).isEmpty();
        assertThat(Keys.hourOf(folder)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "20261123T21, true",
        "20261122T23, true",
        "20251231T23, true",
        "20261123T22, false",
        "20261123T23, false",
        "20261124T00, false",
    })
    @DisplayName("of hours that are over get no more jobs")
    void hourIsOver(String hour, boolean over) {
        assertThat(Keys.hourIsOver(hour, CREATED)).isEqualTo(over);
    }

    @Test
    @DisplayName("of webhooks that are due are in order of time, and are read back")
    void due() {
        DueWebhook due = new DueWebhook(Instant.parse("2026-11-24T21:05:09.9Z"), ACME, JOB, 3, 1);
        assertThat(Keys.due(due)).isEqualTo("due/20261124T21/0509.acme-1." + JOB + ".3.1");
        assertThat(Keys.dueOf(Keys.due(due))).contains(due);
        assertThat(Keys.dueHourOf("due/20261124T21/")).contains("20261124T21");
        DueWebhook later = new DueWebhook(Instant.parse("2026-11-24T21:10:00Z"), new Tenant("a"), JOB, 1, 0);
        assertThat(Keys.due(due)).isLessThan(Keys.due(later));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "due/20261124T21/0509.acme.JOB.3",
                "due/20261124T21/9999.acme.JOB.3.0",
                "due/20261399T21/0509.acme.JOB.3.0",
                "due/20261124T21/0509.acme.JOB.0.0",
                "due/20261124T21/0509.acme.JOB.3.0-0d7c",
                "due/20261124T21/0509.acme.job_x.3.0",
                "due/x"
            })
    @DisplayName("F35 outside the grammar of due webhooks are nothing")
    void notDue(String key) {
        assertThat(Keys.dueOf(key.replace("JOB", JOB.value()))).isEmpty();
        assertThat(Keys.dueHourOf(key)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "deliveries/1.json, 1",
        "deliveries/9999.json, 9999",
        "deliveries/0.json, 0",
        "deliveries/x.json, 0",
        "result.json, 0"
    })
    @DisplayName("of deliveries tell their number")
    void deliveryNumber(String name, int number) {
        assertThat(new JobObject(ACME, JOB, name).delivery()).isEqualTo(number);
    }
}
