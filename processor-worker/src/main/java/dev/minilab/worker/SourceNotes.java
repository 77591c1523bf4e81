package dev.minilab.worker;

import dev.minilab.worker.source.Fetched;
import java.net.URI;
import java.util.LinkedHashMap;
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

    /// Amazon takes 2 KiB of names and values
    /// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html>).
    private static final int MOST = 2048;

    /// The hash, and as much of the rest as a store takes: of a longer one, later attempts know the URL of the request.
    static Map<String, String> of(Fetched fetched) {
        Map<String, String> notes = new LinkedHashMap<>();
        notes.put(SHA256, fetched.sha256());
        putIfItFits(notes, ETAG, fetched.etag());
        putIfItFits(notes, URL, fetched.url().toString());
        return notes;
    }

    private static void putIfItFits(Map<String, String> notes, String name, @Nullable String value) {
        int used = notes.entrySet().stream()
                .mapToInt(note -> note.getKey().length() + note.getValue().length())
                .sum();
        if (value != null && used + name.length() + value.length() <= MOST) {
            notes.put(name, value);
        }
    }

    static SourceNotes read(Map<String, String> metadata) {
        String url = metadata.get(URL);
        return new SourceNotes(metadata.get(SHA256), url == null ? null : URI.create(url), metadata.get(ETAG));
    }
}
