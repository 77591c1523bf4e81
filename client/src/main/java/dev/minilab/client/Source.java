package dev.minilab.client;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.net.URI;

/// Where an image is that does not come with the request. Immutable.
public sealed interface Source {

    /// A direct upload: see [Minilab#upload].
    record Uploaded(@JsonProperty("upload_id") String id) implements Source {}

    /// Any address that the API may reach.
    record Remote(URI url) implements Source {}

    /// An object that is in the bucket of the installation already: for keys with the scope `admin`.
    record Stored(String key) implements Source {}
}
