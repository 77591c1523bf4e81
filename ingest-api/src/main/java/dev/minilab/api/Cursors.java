package dev.minilab.api;

import dev.minilab.job.ErrorCode;
import dev.minilab.job.JobId;
import dev.minilab.job.Tenant;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Where the pages of lists begin: the job before them, and a check that ties it to the tenant and the filters, keyed
/// so that only a list of ours makes one. Opaque to clients. Thread-safe.
final class Cursors {

    private static final String HMAC = "HmacSHA256";
    private static final int CHECK_BYTES = 12;

    private final SecretKeySpec key;

    /// @param secret the same in all APIs on a bucket
    Cursors(byte[] secret) {
        key = new SecretKeySpec(secret, HMAC);
    }

    /// @param filters what else the list was asked for
    String write(JobId before, Tenant tenant, String filters) {
        String text = before.value() + check(before.value(), tenant, filters);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }

    /// @throws ProblemException unless this was written for the same tenant and filters
    JobId read(String cursor, Tenant tenant, String filters) throws ProblemException {
        try {
            String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.US_ASCII);
            String job = text.substring(0, Math.max(0, text.length() - 2 * CHECK_BYTES));
            byte[] expected = (job + check(job, tenant, filters)).getBytes(StandardCharsets.US_ASCII);
            if (MessageDigest.isEqual(text.getBytes(StandardCharsets.US_ASCII), expected)) {
                return JobId.parse(job).orElseThrow(IllegalArgumentException::new);
            }
        } catch (IllegalArgumentException _) {
            throw bad(); // No base64.
        }
        throw bad();
    }

    private static ProblemException bad() {
        return new ProblemException(ErrorCode.BAD_CURSOR, "take a cursor as a page of the same list gave it");
    }

    private String check(String job, Tenant tenant, String filters) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(key);
            byte[] all =
                    mac.doFinal(("list\n" + job + "\n" + tenant + "\n" + filters).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(Arrays.copyOf(all, CHECK_BYTES));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + HMAC, e);
        }
    }
}
