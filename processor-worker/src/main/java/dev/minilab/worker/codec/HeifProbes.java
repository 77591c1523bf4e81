package dev.minilab.worker.codec;

import dev.minilab.inspect.Inspection;
import dev.minilab.job.ImageFormat;
import java.util.Base64;

/// Two small black images. libheif reads the container of HEIC and AVIF but leaves the pixels to libraries for HEVC
/// and AV1, which many systems lack: whether they are there shows only when an image is decoded.
final class HeifProbes {

    private static final byte[] AVIF = Base64.getMimeDecoder().decode("""
            AAAAHGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZgAAAOptZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA
            AA5waXRtAAAAAAABAAAAImlsb2MAAAAAREAAAQABAAAAAAEOAAEAAAAAAAAAHAAAACNpaW5mAAAAAAABAAAAFWluZmUCAAAAAAEA
            AGF2MDEAAAAAamlwcnAAAABLaXBjbwAAABNjb2xybmNseAACAAIABoAAAAAMYXYxQ4EADAAAAAAUaXNwZQAAAAAAAAAQAAAAEAAA
            ABBwaXhpAAAAAAMICAgAAAAXaXBtYQAAAAAAAAABAAEEgYIDhAAAACRtZGF0EgAKCRgM/9ggQEDQgDINGAAKKKKEADlTjzRAoA==
            """);

    private static final byte[] HEIC = Base64.getMimeDecoder().decode("""
            AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAUJtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA
            AA5waXRtAAAAAAABAAAAImlsb2MAAAAAREAAAQABAAAAAAFmAAEAAAAAAAAAFgAAACNpaW5mAAAAAAABAAAAFWluZmUCAAAAAAEA
            AGh2YzEAAAAAwmlwcnAAAACkaXBjbwAAAHhodmNDAQNwAAAAAAAAAAAAHvAA/P34+AAADwMgAAEAGEABDAH//wNwAAADAJAAAAMA
            AAMAHroCQCEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbqSSmubgQEDAgAAAMACAAAAwAIQCIAAQAHRAHBcrAiQAAAABRpc3Bl
            AAAAAAAAAEAAAABAAAAAEHBpeGkAAAAAAwgICAAAABZpcG1hAAAAAAAAAAEAAQOBAoMAAAAebWRhdAAAABIoAa8TgObIaFP//7rj
            p5Rho5g=
            """);

    private HeifProbes() {}

    /// An image of a format that has one.
    static byte[] file(ImageFormat format) {
        return (format == ImageFormat.AVIF ? AVIF : HEIC).clone();
    }

    /// What its header says.
    static Inspection inspection(ImageFormat format) {
        int side = format == ImageFormat.AVIF ? 16 : 64;
        return new Inspection(format, side, side, 1, 1, Inspection.Model.RGB, 8, false, false);
    }
}
