package dev.minilab.config;

import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Works out where the bucket is: any S3 by its endpoint, or Cloudflare R2 by account id and jurisdiction.
///
/// R2's endpoints are `https://{account}.r2.cloudflarestorage.com`, and
/// `https://{account}.{jurisdiction}.r2.cloudflarestorage.com` for buckets of a jurisdiction, with region `auto`
/// (<https://developers.cloudflare.com/r2/api/s3/api/>).
final class StoreSettings {

    private static final String ENDPOINT = "MINILAB_S3_ENDPOINT";
    private static final String REGION = "MINILAB_S3_REGION";
    private static final String ACCOUNT = "MINILAB_R2_ACCOUNT_ID";
    private static final String JURISDICTION = "MINILAB_R2_JURISDICTION";
    private static final Pattern R2_HOST = Pattern.compile(
            "(?:(?<bucket>[a-z0-9-]+)\\.)?(?<account>[0-9a-f]{32})(?:\\.(?<jurisdiction>[a-z]+))?\\.r2\\.cloudflarestorage\\.com");

    private StoreSettings() {}

    static Config.Store read(Settings settings) {
        URI endpoint = settings.endpoint(ENDPOINT);
        Optional<URI> r2 = r2Endpoint(settings, endpoint);
        boolean isR2 = r2.isPresent() || (endpoint != null && endpoint.getHost().endsWith(".r2.cloudflarestorage.com"));
        if (isR2 && r2.isEmpty() && endpoint != null) {
            checkR2Host(settings, endpoint);
        }
        URI effective = r2.orElse(endpoint);
        URI publicEndpoint = settings.endpoint("MINILAB_S3_PUBLIC_ENDPOINT");
        if (isR2 && publicEndpoint != null && !publicEndpoint.equals(effective)) {
            settings.mistake(
                    "MINILAB_S3_PUBLIC_ENDPOINT",
                    "cannot be another address than R2's own: R2 does not answer signed links on custom domains");
        }
        return new Config.Store(
                effective,
                publicEndpoint == null ? effective : publicEndpoint,
                region(settings, isR2),
                bucket(settings),
                Config.Credentials.read(settings, "MINILAB_S3"),
                settings.duration("MINILAB_URL_TTL", Duration.ofHours(1), Duration.ofSeconds(1), Duration.ofDays(7)));
    }

    private static Optional<URI> r2Endpoint(Settings settings, @Nullable URI endpoint) {
        String account = settings.text(ACCOUNT);
        String jurisdiction = settings.text(JURISDICTION, "default").toLowerCase(Locale.ROOT);
        if (!jurisdiction.matches("default|eu|fedramp")) {
            settings.mistake(JURISDICTION, "is not default, eu or fedramp");
            return Optional.empty();
        }
        if (account == null) {
            if (!jurisdiction.equals("default")) {
                settings.mistake(ACCOUNT, "is missing: " + JURISDICTION + " only makes sense together with it");
            }
            return Optional.empty();
        }
        if (!account.matches("[0-9a-f]{32}")) {
            settings.mistake(
                    ACCOUNT,
                    "is not an account id: 32 hex digits in lower case, from the R2 overview page of the dashboard");
            return Optional.empty();
        }
        if (endpoint != null) {
            settings.mistake(
                    ENDPOINT,
                    "and " + ACCOUNT + " are both set: the endpoint follows from the account id, so drop one");
            return Optional.empty();
        }
        String infix = jurisdiction.equals("default") ? "" : "." + jurisdiction;
        return Optional.of(URI.create("https://" + account + infix + ".r2.cloudflarestorage.com"));
    }

    private static void checkR2Host(Settings settings, URI endpoint) {
        Matcher host = R2_HOST.matcher(endpoint.getHost());
        if (!host.matches()) {
            settings.mistake(ENDPOINT, "is not an R2 endpoint: set " + ACCOUNT + " instead and let it follow");
        } else if (host.group("bucket") != null && !host.group("bucket").isEmpty()) {
            settings.mistake(ENDPOINT, "holds a bucket name: put it into MINILAB_S3_BUCKET");
        } else if (!endpoint.getScheme().equals("https")) {
            settings.mistake(ENDPOINT, "must be https for R2");
        } else if (host.group("jurisdiction") != null
                && !host.group("jurisdiction").matches("eu|fedramp")) {
            settings.mistake(ENDPOINT, "names a jurisdiction that R2 does not have: eu and fedramp exist");
        }
    }

    private static String region(Settings settings, boolean isR2) {
        String region = settings.text(REGION);
        if (isR2 && region != null && !region.matches("auto|us-east-1")) {
            settings.mistake(REGION, "is not a region of R2: leave it out, it is auto");
        }
        return region != null ? region : isR2 ? "auto" : "us-east-1";
    }

    private static String bucket(Settings settings) {
        return settings.parsed("MINILAB_S3_BUCKET", "minilab", "a bucket name: 3 to 63 of a-z, 0-9, - and .", text -> {
            if (!text.matches("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")) {
                throw new IllegalArgumentException();
            }
            return text;
        });
    }
}
