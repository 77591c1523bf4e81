package dev.minilab.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// The files that were named, and those in the folders that were named: there, what is called like an image and not
/// hidden. Symbolic links inside folders are not followed.
final class ImageFiles {

    private static final Set<String> ENDINGS =
            Set.of("jpg", "jpeg", "jpe", "png", "webp", "gif", "bmp", "tif", "tiff", "heic", "heif", "avif", "jxl");

    /// A file, and what its outputs are called: a relative path without an ending, different for each file.
    record Found(Path file, Path stem) {}

    private ImageFiles() {}

    static List<Found> in(List<Path> named) throws IOException {
        List<Found> found = new ArrayList<>();
        for (Path path : named) {
            if (Files.isDirectory(path)) {
                try (Stream<Path> inside = Files.walk(path)) {
                    inside.filter(file -> Files.isRegularFile(file) && isImage(path, file))
                            .sorted(Comparator.naturalOrder())
                            .forEach(file -> found.add(new Found(file, path.relativize(file))));
                }
            } else if (Files.isRegularFile(path)) {
                found.add(new Found(path, path.getFileName()));
            } else {
                throw new NoSuchFileException(path.toString());
            }
        }
        return named(found);
    }

    private static boolean isImage(Path folder, Path file) {
        for (Path part : folder.relativize(file)) {
            if (part.toString().startsWith(".")) {
                return false;
            }
        }
        return ENDINGS.contains(ending(file));
    }

    private static String ending(Path file) {
        String name = file.getFileName().toString();
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    /// `a.jpg` becomes `a`; where there is an `a.png` as well, each keeps its ending; the second `a.jpg` is `a.jpg-2`.
    private static List<Found> named(List<Found> found) {
        Map<Path, Integer> stems = new HashMap<>();
        found.forEach(f -> stems.merge(stem(f.stem()), 1, Integer::sum));
        Map<Path, Integer> taken = new HashMap<>();
        List<Found> named = new ArrayList<>();
        for (Found f : found) {
            Path stem = stems.getOrDefault(stem(f.stem()), 0) > 1 ? f.stem() : stem(f.stem());
            int nth = taken.merge(stem, 1, Integer::sum);
            named.add(new Found(f.file(), nth == 1 ? stem : stem.resolveSibling(stem.getFileName() + "-" + nth)));
        }
        return named;
    }

    private static Path stem(Path path) {
        String name = path.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return dot < 1 ? path : path.resolveSibling(name.substring(0, dot));
    }
}
