package dev.minilab.record;

import dev.minilab.store.ObjectStore;
import java.security.SecureRandom;
import java.util.Optional;

/// A secret that all processes on a bucket share: random bytes, made by the first that asks for them. It guards
/// nothing but what whoever reads the bucket can see anyway.
public final class SharedSecret {

    private static final int LENGTH = 32;
    private static final String TYPE = "application/octet-stream";

    private SharedSecret() {}

    /// The 32 bytes below a key of the bucket; what is not of that length, as after a crash of the store's machine,
    /// is made anew.
    public static byte[] below(String key, ObjectStore store, SecureRandom random) {
        byte[] fresh = new byte[LENGTH];
        random.nextBytes(fresh);
        Optional<byte[]> standing = store.get(key);
        if (standing.isEmpty()) {
            standing = store.putIfAbsent(key, fresh, TYPE);
        } else if (standing.get().length != LENGTH) {
            store.put(key, fresh, TYPE);
            return fresh;
        }
        return standing.orElse(fresh);
    }
}
