package dev.minilab.cli;

import dev.minilab.config.Config;
import dev.minilab.health.Preflight;
import dev.minilab.job.Keys;
import dev.minilab.store.BucketAdmin;
import dev.minilab.store.BucketAdmin.Rule;
import dev.minilab.store.ObjectStore;
import dev.minilab.store.StoreException;
import dev.minilab.store.StoreException.Reason;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/// Looks at the bucket: can it be used, does it keep the promises that everything rests on, does it have its rules.
/// Writes one small object below `uploads/` and removes it.
record StoreChecks(Config.Store config, ObjectStore store, BucketAdmin admin, List<String> origins) {

    private static final String TYPE = "application/octet-stream";

    List<Finding> run() {
        List<Finding> findings = new ArrayList<>();
        findings.add(ClockCheck.of(where()));
        Finding access = access();
        findings.add(access);
        if (access.state() != Finding.State.OK) {
            return findings; // Whatever else is asked would say the same.
        }
        findings.add(checked("conditional writes", this::conditionalWrites));
        findings.add(checked("checksums", this::checksums));
        findings.add(checked(
                "lifecycle of uploads",
                () -> rule(
                        "lifecycle of uploads",
                        admin.uploadsExpire(),
                        "direct uploads that nothing is made of go after a day",
                        "direct uploads that nothing is made of stay for ever",
                        "./minilab setup")));
        findings.add(checked(
                "lifecycle of parts",
                () -> rule(
                        "lifecycle of parts",
                        admin.partsExpire(),
                        "what is left of uploads in parts goes",
                        "what is left of uploads in parts stays for ever, unseen and paid for",
                        "./minilab setup")));
        for (String origin : origins) {
            findings.add(checked(
                    "CORS",
                    () -> rule(
                            "CORS",
                            admin.pagesMayUse(origin),
                            "pages of " + origin + " may read results and send uploads",
                            "pages of " + origin + " cannot read results or send uploads",
                            "./minilab setup --cors-origin " + origin)));
        }
        return findings;
    }

    private URI where() {
        return config.endpoint() == null
                ? URI.create("https://s3." + config.region() + ".amazonaws.com")
                : config.endpoint();
    }

    private Finding access() {
        String what = "bucket";
        try {
            store.check();
            return Finding.ok(what, config.bucket() + " at " + where() + " answers, and takes the credentials");
        } catch (StoreException e) {
            String fix = Preflight.explain(config, e)
                    .orElse("MINILAB_S3_ENDPOINT, MINILAB_R2_ACCOUNT_ID or the network: nothing usable answers at "
                            + where());
            return Finding.wrong(what, String.valueOf(e.getMessage()), fix);
        }
    }

    private Finding conditionalWrites() {
        String what = "conditional writes";
        String key = Keys.probe(UUID.randomUUID());
        byte[] first = bytes("first");
        try {
            boolean created = store.putIfAbsent(key, first, TYPE).isEmpty();
            boolean refused = store.putIfAbsent(key, bytes("second"), TYPE).isPresent();
            return created && refused
                    ? Finding.ok(what, "a key that is taken is not written again (If-None-Match: *)")
                    : Finding.wrong(
                            what,
                            "If-None-Match: * is not honoured: two workers could both write the result of a job",
                            "use a store that honours it: R2, S3, or an S3 of today (MinIO and Ceph since 2024);"
                                    + " a proxy before the store must pass the header on");
        } finally {
            store.delete(key);
        }
    }

    private Finding checksums() {
        String what = "checksums";
        return admin.refusesTornBodies(Keys.probe(UUID.randomUUID()))
                ? Finding.ok(what, "a body that does not fit its Content-MD5 is refused")
                : Finding.wrong(
                        what,
                        "a body that does not fit its Content-MD5 is stored: a torn upload would become an object",
                        "use a store that checks Content-MD5; a proxy before the store must pass the header on");
    }

    private static Finding rule(String what, Rule rule, String set, String missing, String fix) {
        return switch (rule) {
            case SET -> Finding.ok(what, set);
            case MISSING -> Finding.wrong(what, missing, fix);
            case NOT_OFFERED -> Finding.note(what, "this store has no such rules", null);
        };
    }

    private static Finding checked(String what, Supplier<Finding> check) {
        try {
            return check.get();
        } catch (StoreException e) {
            return e.reason() == Reason.DENIED
                    ? Finding.note(
                            what,
                            "these credentials may not look: " + e.getMessage(),
                            "run this once with credentials that may administer the bucket")
                    : Finding.wrong(what, String.valueOf(e.getMessage()), "./minilab doctor, once the store answers");
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
