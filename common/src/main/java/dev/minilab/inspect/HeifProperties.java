package dev.minilab.inspect;

import static dev.minilab.inspect.HeifProperty.u32;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// The item properties of a HEIF file (the box `iprp`): the list of them all, and which of them an item has.
///
/// Methods throw [java.nio.BufferUnderflowException] where a box ends before its fields do.
final class HeifProperties {
    /// Associations have 15 bits for the index of a property.
    private static final int MOST = 0x7FFF;

    private static final List<String> ALPHA = List.of(
            "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", "urn:mpeg:hevc:2015:auxid:1", "urn:mpeg:avc:2015:auxid:1");

    private final List<HeifProperty> properties = new ArrayList<>();
    private final List<HeifProperty> associations = new ArrayList<>();

    HeifProperties(byte[] iprp) throws InspectException {
        for (HeifProperty box : HeifProperty.list(ByteBuffer.wrap(iprp), MOST)) {
            switch (box.type()) {
                case "ipco" -> properties.addAll(HeifProperty.list(box.fields(), MOST));
                case "ipma" -> associations.add(box);
                default -> {}
            }
        }
    }

    /// Refuses images beyond the limits, of whichever item: tiles and masks are decoded as well.
    void checkSizes(Limits limits) throws InspectException {
        for (HeifProperty property : properties) {
            if (property.type().equals("ispe")) {
                ByteBuffer size = property.fullFields();
                limits.check(u32(size), u32(size), false);
            }
        }
    }

    /// Whether there is an item of alpha. Other auxiliary images, such as depth, have other names.
    boolean hasAlpha() {
        return properties.stream().filter(p -> p.type().equals("auxC")).anyMatch(p -> {
            String name = ISO_8859_1.decode(p.fullFields()).toString();
            return ALPHA.stream().anyMatch(name::startsWith);
        });
    }

    /// What an item looks like.
    HeifShape shape(long item) throws InspectException {
        HeifShape shape = new HeifShape();
        for (HeifProperty property : of(item)) {
            shape.apply(property);
        }
        return shape;
    }

    /// The properties of an item, in the order in which they are to be applied.
    private List<HeifProperty> of(long item) throws InspectException {
        for (HeifProperty box : associations) {
            ByteBuffer in = box.fields();
            int versionAndFlags = in.getInt();
            boolean wideIds = versionAndFlags >>> 24 > 0;
            boolean wideIndices = (versionAndFlags & 1) != 0;
            for (long left = u32(in); left > 0; left--) {
                long id = wideIds ? u32(in) : Short.toUnsignedInt(in.getShort());
                int[] indices = indices(in, wideIndices);
                if (id == item) {
                    return resolve(indices);
                }
            }
        }
        throw InspectException.badHeader("The image has no properties");
    }

    private static int[] indices(ByteBuffer in, boolean wide) {
        int[] indices = new int[Byte.toUnsignedInt(in.get())];
        for (int i = 0; i < indices.length; i++) {
            indices[i] = wide ? in.getShort() & MOST : in.get() & 0x7F;
        }
        return indices;
    }

    /// Counted from 1; 0 says that there is none.
    private List<HeifProperty> resolve(int[] indices) throws InspectException {
        List<HeifProperty> found = new ArrayList<>();
        for (int index : indices) {
            if (index > properties.size()) {
                throw InspectException.badHeader("The image has a property that is not there");
            }
            if (index > 0) {
                found.add(properties.get(index - 1));
            }
        }
        return found;
    }
}
