package dev.minilab.api;

import dev.minilab.job.ErrorCode;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The digests that a client states of what it sends: `Content-MD5` (RFC 1864), `Content-Digest` and `Repr-Digest`
/// (RFC 9530), `Digest` (RFC 3230). Of several, all must be right; algorithms that we do not know are passed over, as
/// RFC 9530 has it. To be fed once, by one thread.
final class Digests {

    /// A member of a dictionary of byte sequences (RFC 8941).
    private static final Pattern MEMBER = Pattern.compile("([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/=]*):");

    private static final Pattern OLD_MEMBER = Pattern.compile("([A-Za-z0-9-]+)=([A-Za-z0-9+/]+=*)");

    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Stated(MessageDigest actual, byte[] expected) {}

    private final List<Stated> stated = new ArrayList<>();

    private Digests() {}

    /// What the headers of a request or of a part state.
    ///
    /// @throws ProblemException if a digest cannot be read
    static Digests of(Function<String, @Nullable String> header) throws ProblemException {
        Digests digests = new Digests();
        String md5 = header.apply("Content-MD5");
        if (md5 != null) {
            digests.expect("md5", md5.strip());
        }
        digests.expectAll(header.apply("Content-Digest"), MEMBER);
        digests.expectAll(header.apply("Repr-Digest"), MEMBER);
        digests.expectAll(header.apply("Digest"), OLD_MEMBER);
        return digests;
    }

    private void expectAll(@Nullable String value, Pattern member) throws ProblemException {
        if (value == null) {
            return;
        }
        for (String each : value.split(",", -1)) {
            Matcher matcher = member.matcher(each.strip());
            if (!matcher.matches()) {
                throw malformed();
            }
            expect(matcher.group(1).toLowerCase(Locale.ROOT), matcher.group(2));
        }
    }

    private void expect(String algorithm, String base64) throws ProblemException {
        Optional<MessageDigest> digest = algorithm(algorithm);
        if (digest.isEmpty()) {
            return;
        }
        try {
            stated.add(new Stated(digest.get(), Base64.getDecoder().decode(base64)));
        } catch (IllegalArgumentException _) {
            throw malformed();
        }
    }

    private static ProblemException malformed() {
        return new ProblemException(ErrorCode.DIGEST_MISMATCH, "a stated digest cannot be read");
    }

    @SuppressWarnings("InsecureCryptoUsage") // Clients choose what guards their bytes against accidents.
    private static Optional<MessageDigest> algorithm(String name) {
        try {
            return switch (name) {
                case "md5" -> Optional.of(MessageDigest.getInstance("MD5"));
                case "sha" -> Optional.of(MessageDigest.getInstance("SHA-1"));
                case "sha-256" -> Optional.of(MessageDigest.getInstance("SHA-256"));
                case "sha-512" -> Optional.of(MessageDigest.getInstance("SHA-512"));
                default -> Optional.empty();
            };
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has " + name, e);
        }
    }

    /// Whether there is anything to check.
    boolean any() {
        return !stated.isEmpty();
    }

    void update(byte[] bytes, int offset, int length) {
        stated.forEach(each -> each.actual().update(bytes, offset, length));
    }

    /// Whether what was fed has every digest that was stated.
    boolean match() {
        boolean match = true;
        for (Stated each : stated) {
            match &= MessageDigest.isEqual(each.actual().digest(), each.expected());
        }
        return match;
    }

    /// The problem of a body that has another digest.
    static ProblemException mismatch() {
        return new ProblemException(ErrorCode.DIGEST_MISMATCH, "the bytes that came do not have the stated digest");
    }
}
