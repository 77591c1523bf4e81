package dev.minilab.client;

/// Told how an upload comes along, on a thread of the HTTP client: it should return soon. After a failure an upload
/// begins anew, and `sent` with it.
@FunctionalInterface
public interface Progress {

    Progress NONE = (_, _) -> {};

    /// Told after every piece.
    ///
    /// @param sent bytes handed to the connection so far
    /// @param total all of them, with what is around the image in a form
    void sent(long sent, long total);
}
