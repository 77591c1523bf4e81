package dev.minilab.inspect;

import dev.minilab.inspect.Inspection.Model;
import dev.minilab.job.ImageFormat;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import org.jspecify.annotations.Nullable;

/// Reads the properties of the primary item of a HEIC or AVIF (HEIF, ISO/IEC 23008-12): of an image sequence, its
/// still image.
///
/// Decoders crop and turn the image themselves, so width and height are those after it, and the orientation is 1,
/// whatever an EXIF block says. Descends to fixed depths only: boxes can't nest it to death.
final class HeifHeader {
    private final HeadReader head;
    private final Limits limits;
    private final ImageFormat format;
    private long primary = -1;
    private byte @Nullable [] properties;

    HeifHeader(HeadReader head, Limits limits, ImageFormat format) {
        this.head = head;
        this.limits = limits;
        this.format = format;
    }

    Inspection read() throws IOException, InspectException {
        IsoBox box = IsoBox.read(head);
        while (!box.type().equals("meta")) {
            head.skip(box.size());
            box = IsoBox.read(head);
        }
        readMeta(box.size());
        if (properties == null || primary < 0) {
            throw InspectException.badHeader("The image does not tell its properties");
        }
        try {
            return inspection(new HeifProperties(properties));
        } catch (BufferUnderflowException _) {
            throw IsoBox.impossible();
        }
    }

    /// Stops when it has both: locations and data of items may follow, and be long.
    private void readMeta(long size) throws IOException, InspectException {
        long end = size > Long.MAX_VALUE - head.position() ? Long.MAX_VALUE : head.position() + size;
        head.skip(4); // version and flags
        while (head.position() < end && (primary < 0 || properties == null)) {
            IsoBox box = IsoBox.read(head);
            if (box.size() > end - head.position()) {
                throw IsoBox.impossible();
            }
            readChild(box);
        }
    }

    private void readChild(IsoBox box) throws IOException, InspectException {
        long next = head.position() + box.size();
        switch (box.type()) {
            case "pitm" -> {
                int version = head.u8();
                head.skip(3);
                primary = version == 0 ? head.u16() : head.u32();
            }
            case "iprp" -> properties = head.bytes(propertiesSize(box.size()));
            default -> {}
        }
        if (next < head.position()) {
            throw IsoBox.impossible();
        }
        head.skip(next - head.position());
    }

    private static int propertiesSize(long size) throws InspectException {
        if (size > Inspector.HEAD_LIMIT) {
            throw IsoBox.impossible();
        }
        return (int) size;
    }

    private Inspection inspection(HeifProperties properties) throws InspectException {
        properties.checkSizes(limits);
        HeifShape shape = properties.shape(primary);
        if (shape.width() == 0) {
            throw InspectException.badHeader("The image does not tell its width and height");
        }
        Model model = shape.grey() ? Model.GREY : Model.RGB;
        return new Inspection(
                format,
                (int) shape.width(),
                (int) shape.height(),
                1,
                1,
                model,
                shape.depth(),
                properties.hasAlpha(),
                false);
    }
}
