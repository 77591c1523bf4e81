package dev.minilab.worker.render;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The command that starts a render process: our own Java with our own class path, and another main class.
///
/// @param heap the bytes of Java's heap
record ChildCommand(Path javaHome, List<Path> classPath, Path natives, String mainClass, long heap) {

    /// Ignores what a terminal or a service manager sends to all processes of a group, since the worker decides when
    /// its processes end; moves the channel from standard output, where any library may write, to descriptor 3; and
    /// opens the memory that both share, if it can.
    private static final String SHELL =
            "trap '' INT TERM HUP; [ -z \"$SHARED\" ] || command exec 4<>\"$SHARED\"; unset SHARED; "
                    + "exec \"$@\" 3>&1 1>&2";

    /// `off` leaves libvips alone.
    private static final String LIBVIPS = "minilab.libvips";

    private static final String NATIVES = "org.bytedeco.javacpp.cachedir";

    /// The jars that rendering needs: looking for natives in all the others takes as long as loading them, and what
    /// is not there cannot be turned against us.
    private static final Pattern NEEDED =
            Pattern.compile("(common|processor-worker|jackson-(annotations|core|databind)|jspecify|thumbnailator"
                    + "|imageio|common-(image|io|lang)|javacpp|opencv|openblas)-.*\\.jar");

    ChildCommand {
        classPath = List.copyOf(classPath);
    }

    /// With the Java, what is needed of the class path, and the folder of native libraries of this JVM.
    static ChildCommand ofThisJvm(String mainClass, long heap) {
        List<Path> classPath = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(entry -> Path.of(entry).toAbsolutePath().normalize())
                .filter(ChildCommand::isNeeded)
                .toList();
        Path natives = Path.of(System.getProperty(NATIVES, System.getProperty("user.home") + "/.javacpp/cache"))
                .toAbsolutePath();
        return new ChildCommand(Path.of(System.getProperty("java.home")), classPath, natives, mainClass, heap);
    }

    /// Folders are those of a build.
    private static boolean isNeeded(Path entry) {
        return Files.isDirectory(entry)
                || NEEDED.matcher(entry.getFileName().toString()).matches();
    }

    Path java() {
        return javaHome.resolve("bin/java");
    }

    /// As a plain process.
    List<String> plain() {
        return inShell(jvm());
    }

    /// Inside of a sandbox.
    List<String> sandboxed(Bubblewrap sandbox) {
        return inShell(sandbox.wrap(this, jvm()));
    }

    private static List<String> inShell(List<String> command) {
        List<String> all = new ArrayList<>(List.of("/bin/sh", "-c", SHELL, "sh"));
        all.addAll(command);
        return all;
    }

    private List<String> jvm() {
        List<String> command = new ArrayList<>(List.of(
                java().toString(),
                "-Xmx" + (heap >> 10) + "k",
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:-UsePerfData",
                "-XX:ErrorFile=/dev/null",
                "-XX:-CreateCoredumpOnCrash",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "--add-modules=jdk.incubator.vector",
                "-Djdk.incubator.vector.VECTOR_ACCESS_OOB_CHECK=0",
                "-Djava.awt.headless=true",
                "-D" + NATIVES + "=" + natives,
                "-cp",
                classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator))));
        String libvips = System.getProperty(LIBVIPS);
        if (libvips != null) {
            command.add("-D" + LIBVIPS + "=" + libvips);
        }
        command.add(mainClass);
        return command;
    }
}
