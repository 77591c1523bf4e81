package dev.minilab.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Error codes")
class ErrorCodeTest {
    @ParameterizedTest
    @CsvSource({
        "unauthorized, 401",
        "forbidden, 403",
        "not_found, 404",
        "method_not_allowed, 405",
        "not_acceptable, 406",
        "timeout, 408",
        "gone, 410",
        "length_required, 411",
        "too_large, 413",
        "unsupported_type, 415",
        "type_mismatch, 415",
        "empty_body, 400",
        "bad_json, 400",
        "bad_multipart, 400",
        "bad_cursor, 400",
        "bad_idempotency_key, 400",
        "digest_mismatch, 400",
        "invalid_spec, 422",
        "too_many_outputs, 422",
        "too_many_pixels, 422",
        "bad_dimensions, 422",
        "too_many_frames, 422",
        "bad_header, 422",
        "bad_webhook_url, 422",
        "blocked_address, 422",
        "idempotency_key_reuse, 422",
        "idempotency_in_progress, 409",
        "job_already_terminal, 409",
        "job_not_terminal, 409",
        "source_not_found, 422",
        "source_changed, 409",
        "rate_limited, 429",
        "quota_exceeded, 429",
        "unavailable, 503",
        "storage_full, 507",
        "internal, 500",
    })
    @DisplayName("of requests have the status of the contract")
    void requestCodes(String name, int status) {
        assertThat(ErrorCode.ofWireName(name)).map(ErrorCode::status).contains(status);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "decode_failed",
                "truncated",
                "decode_timeout",
                "memory_exceeded",
                "poison",
                "codec_unavailable",
                "source_unreachable",
                "source_too_large",
                "deadline_exceeded",
                "integrity",
            })
    @DisplayName("that only end jobs have no status")
    void jobCodes(String name) {
        assertThat(ErrorCode.ofWireName(name)).map(ErrorCode::status).contains(0);
    }

    @Test
    @DisplayName("have names and titles that are all different")
    void unique() {
        assertThat(Stream.of(ErrorCode.values()).map(ErrorCode::wireName)).doesNotHaveDuplicates();
        assertThat(Stream.of(ErrorCode.values()).map(ErrorCode::title)).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("are found by their wire name, and have a title for people")
    void wireName(ErrorCode code) {
        assertThat(code.wireName()).matches("[a-z]+(_[a-z]+)*");
        assertThat(ErrorCode.ofWireName(code.wireName())).contains(code);
        assertThat(code.title()).matches("[A-Z].*[^.]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "BAD_JSON", "bad-json", "nonsense"})
    @DisplayName("of other names are not found")
    void otherNames(String name) {
        assertThat(ErrorCode.ofWireName(name)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "TIMEOUT",
                "IDEMPOTENCY_IN_PROGRESS",
                "JOB_NOT_TERMINAL",
                "RATE_LIMITED",
                "QUOTA_EXCEEDED",
                "UNAVAILABLE",
                "STORAGE_FULL",
                "INTERNAL",
                "SOURCE_UNREACHABLE"
            })
    @DisplayName("that may go away by themselves are retryable")
    void retryable(ErrorCode code) {
        assertThat(code.retryable()).isTrue();
        assertThat(JobError.of(code, "why")).isEqualTo(new JobError(code, "why", true));
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.MATCH_ANY,
            names = {
                "BAD_.*",
                "INVALID_SPEC",
                "TOO_.*",
                "UN(AUTHORIZED|SUPPORTED_TYPE)",
                "DECODE_FAILED",
                "POISON",
                "GONE"
            })
    @DisplayName("that mean the client's mistake are not")
    void notRetryable(ErrorCode code) {
        assertThat(code.retryable()).isFalse();
    }
}
