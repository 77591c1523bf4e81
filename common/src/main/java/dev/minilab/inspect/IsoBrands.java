package dev.minilab.inspect;

import dev.minilab.job.ImageFormat;
import java.util.Optional;

/// The brands in the first box of an ISO base media file (ISO/IEC 14496-12, 4.3), which say what the file is: the
/// major one first, then those it is compatible with.
///
/// Brands are those of HEIF (ISO/IEC 23008-12, annex B) and AVIF. `mif1` alone tells no codec and is none of
/// them.
final class IsoBrands {
    private static final int FIRST = 8;
    private static final int BRAND = 4;

    private IsoBrands() {}

    /// The image format that a file of such a beginning has.
    static Optional<ImageFormat> format(String head) {
        int end = Math.min(head.length(), size(head));
        for (int at = FIRST; at + BRAND <= end; at += BRAND) {
            Optional<ImageFormat> format = ofBrand(head.substring(at, at + BRAND));
            if (format.isPresent()) {
                return format;
            }
            at += at == FIRST ? BRAND : 0; // the version lies between the major brand and the others
        }
        return Optional.empty();
    }

    /// Whether a file of these bytes ends before its brands do.
    static boolean isCut(String head) {
        return head.length() < FIRST || head.length() < size(head);
    }

    private static int size(String head) {
        return head.charAt(2) << 8 | head.charAt(3);
    }

    private static Optional<ImageFormat> ofBrand(String brand) {
        return switch (brand) {
            case "avif", "avis" -> Optional.of(ImageFormat.AVIF);
            case "heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs" -> Optional.of(ImageFormat.HEIC);
            default -> Optional.empty();
        };
    }
}
