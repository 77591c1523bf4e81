package dev.minilab.worker;

import dev.minilab.worker.source.Fetched;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What is kept with an original that was fetched, in the metadata of its object, so that later attempts know it too.
///
/// @param sha256 in hex
/// @param url where it was found, after redirects
/// @param etag what its server called this version
record SourceNotes(
        @Nullable String sha256,
        @Nullable URI url,
        @Nullable String etag) {

    private static final String SHA256 = "sha256";
    private static final String URL = "source-url";
    private static final String ETAG = "source-etag";

    /// All of it ASCII, and some 2.5 kB at most.
    static Map<String, String> of(Fetched fetched) {
        Map<String, String> notes = new HashMap<>();
        notes.put(SHA256, fetched.sha256());
        notes.put(URL, fetched.url().toString());
        if (fetched.etag() != null) {
            notes.put(ETAG, fetched.etag());
        }
        return notes;
    }

    static SourceNotes read(Map<String, String> metadata) {
        String url = metadata.get(URL);
        return new SourceNotes(metadata.get(SHA256), url == null ? null : URI.create(url), metadata.get(ETAG));
    }
}
