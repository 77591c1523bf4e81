package dev.minilab.cli;

import dev.minilab.worker.codec.Codecs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;
import java.util.stream.Collectors;

/// Looks at this machine: what it can decode, and whether folders can hold what is to be put there.
final class MachineChecks {

    private static final long LITTLE = 1L << 30;

    private MachineChecks() {}

    static List<Finding> codecs(Codecs codecs) {
        String found = codecs.describe().stream()
                .map(codec -> codec.name() + " " + codec.version())
                .collect(Collectors.joining(", "));
        boolean all = codecs.describe().stream().anyMatch(codec -> codec.name().equals("libvips"));
        return List.of(
                all
                        ? Finding.ok("codecs", found)
                        : Finding.note(
                                "codecs",
                                found + "; without libvips there is no HEIC, AVIF and JPEG XL, and no animation",
                                "apt install libvips42, or brew install vips"));
    }

    /// @param embedded whether the embedded store is to keep its objects there
    static Finding folder(String what, Path folder, boolean embedded) {
        Path there = existing(folder.toAbsolutePath());
        try {
            long free = Files.getFileStore(there).getUsableSpace();
            if (free < LITTLE) {
                return Finding.wrong(what, (free >> 20) + " MiB are left on the disk of " + folder, "make room there");
            }
            Path probe = Files.createTempFile(there, ".minilab-probe", "");
            try {
                return !embedded || keepsAttributes(probe)
                        ? Finding.ok(what, folder + " can be written, with " + (free >> 30) + " GiB left")
                        : Finding.wrong(
                                what,
                                "the file system of " + folder + " has no extended attributes (user.*), which the"
                                        + " embedded store needs",
                                "choose a folder on ext4, xfs, btrfs or APFS: --data DIR");
            } finally {
                Files.deleteIfExists(probe);
            }
        } catch (IOException e) {
            return Finding.wrong(
                    what, folder + " cannot be written: " + e, "let this user write there: chown " + folder);
        }
    }

    private static Path existing(Path folder) {
        Path there = folder;
        while (!Files.exists(there) && there.getParent() != null) {
            there = there.getParent();
        }
        return there;
    }

    private static boolean keepsAttributes(Path probe) {
        try {
            var attributes = Files.getFileAttributeView(probe, UserDefinedFileAttributeView.class);
            if (attributes == null) {
                return false;
            }
            attributes.write("minilab.probe", ByteBuffer.wrap(new byte[] {1}));
            return attributes.size("minilab.probe") == 1;
        } catch (IOException | UnsupportedOperationException _) {
            return false;
        }
    }
}
