package dev.minilab.record;

import dev.minilab.job.Claim;
import dev.minilab.job.Keys;
import dev.minilab.job.Tenant;
import dev.minilab.json.Json;
import dev.minilab.store.ObjectStore;
import java.util.Arrays;
import java.util.Optional;

/// The claims of idempotency keys in the bucket. Thread-safe.
public final class Claims {

    private static final String TYPE = "application/json";

    private final ObjectStore store;

    public Claims(ObjectStore store) {
        this.store = store;
    }

    /// A claim as it was read, to be replaced as long as it is the same.
    public record Standing(Claim claim, ObjectStore.Version version) {}

    public Optional<Standing> find(Tenant tenant, String keySha256) {
        String key = Keys.claim(tenant, keySha256);
        return store.getVersion(key)
                .map(version -> new Standing(JobRecords.parse(key, version.bytes(), Claim.class), version));
    }

    /// Claims a key that is free.
    ///
    /// @return whether it was
    public boolean create(Tenant tenant, String keySha256, Claim claim) {
        return store.putIfAbsent(Keys.claim(tenant, keySha256), Json.write(claim), TYPE)
                .isEmpty();
    }

    /// Replaces the claim that was read.
    ///
    /// @return whether it was still there
    public boolean replace(Tenant tenant, String keySha256, Standing old, Claim claim) {
        return store.replace(Keys.claim(tenant, keySha256), old.version(), Json.write(claim), TYPE);
    }

    /// Replaces a claim of our own, unless someone has taken it over.
    public void replaceOwn(Tenant tenant, String keySha256, Claim own, Claim claim) {
        store.getVersion(Keys.claim(tenant, keySha256))
                .filter(version -> Arrays.equals(version.bytes(), Json.write(own)))
                .ifPresent(version -> replace(tenant, keySha256, new Standing(own, version), claim));
    }
}
