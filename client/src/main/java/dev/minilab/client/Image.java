package dev.minilab.client;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/// An image to send: bytes that can be read as often as they must be sent, and the media type they are declared as.
/// `application/octet-stream` leaves it to the API to see what it is. Immutable.
public final class Image {

    static final String ANY = "application/octet-stream";

    private final String mediaType;
    private final long length;
    private final Supplier<BodyPublisher> bytes;

    private Image(String mediaType, long length, Supplier<BodyPublisher> bytes) {
        this.mediaType = mediaType;
        this.length = length;
        this.bytes = bytes;
    }

    /// A file, read while it is sent and never held in memory.
    ///
    /// @throws UncheckedIOException if it cannot be read
    public static Image of(Path file) {
        return of(file, ANY);
    }

    /// A file, read while it is sent and never held in memory.
    ///
    /// @throws UncheckedIOException if it cannot be read
    public static Image of(Path file, String mediaType) {
        try {
            return new Image(mediaType, Files.size(file), () -> publisher(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static BodyPublisher publisher(Path file) {
        try {
            return BodyPublishers.ofFile(file);
        } catch (FileNotFoundException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Image of(byte[] image) {
        return of(image, ANY);
    }

    public static Image of(byte[] image, String mediaType) {
        byte[] copy = image.clone();
        return new Image(mediaType, copy.length, () -> BodyPublishers.ofByteArray(copy));
    }

    public String mediaType() {
        return mediaType;
    }

    /// In bytes.
    public long length() {
        return length;
    }

    BodyPublisher publisher() {
        return bytes.get();
    }
}
