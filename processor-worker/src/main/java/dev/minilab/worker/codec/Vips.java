package dev.minilab.worker.codec;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The functions of libvips that we use, bound through `java.lang.foreign`: the library as a whole here, one image
/// in [VipsImage].
///
/// The library is found by its name in the system's search path, or where Homebrew puts it, and is never unloaded.
/// Types are those of 64-bit systems (`size_t` and `GType` are 64 bits). Safe for use by many threads, as libvips is.
///
/// Specification: <https://www.libvips.org/API/current/>.
@SuppressWarnings("restricted") // Calling native code is what this is for.
final class Vips {

    private static final List<String> LIBRARIES = List.of(
            "libvips.so.42",
            "libvips.42.dylib",
            "/opt/homebrew/lib/libvips.42.dylib",
            "/usr/local/lib/libvips.42.dylib");

    private static final Linker LINKER = Linker.nativeLinker();

    /// GLib's log levels from warning down to debug.
    private static final int WARNING_AND_BELOW = 0xF0;

    private static final int ACCESS_SEQUENTIAL = 1;

    private final SymbolLookup library;
    private final Map<String, MethodHandle> loaders = new ConcurrentHashMap<>();

    private final MethodHandle version = bind("vips_version", JAVA_INT, JAVA_INT);
    private final MethodHandle typeFind = bind("vips_type_find", JAVA_LONG, ADDRESS, ADDRESS);
    private final MethodHandle blockSet = bindVoid("vips_operation_block_set", ADDRESS, JAVA_INT);
    private final MethodHandle errorCopy = bind("vips_error_buffer_copy", ADDRESS);
    private final MethodHandle newFromMemory =
            bind("vips_image_new_from_memory", ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private final MethodHandle free = bindVoid("g_free", ADDRESS);

    final MethodHandle ref = bind("g_object_ref", ADDRESS, ADDRESS);
    final MethodHandle unref = bindVoid("g_object_unref", ADDRESS);
    final MethodHandle format = bind("vips_image_get_format", JAVA_INT, ADDRESS);
    final MethodHandle interpretation = bind("vips_image_get_interpretation", JAVA_INT, ADDRESS);
    final MethodHandle typeOf = bind("vips_image_get_typeof", JAVA_LONG, ADDRESS, ADDRESS);
    final MethodHandle getInt = bind("vips_image_get_int", JAVA_INT, ADDRESS, ADDRESS, ADDRESS);
    final MethodHandle getInts = bind("vips_image_get_array_int", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    final MethodHandle getBlob = bind("vips_image_get_blob", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    final MethodHandle setInt = bindVoid("vips_image_set_int", ADDRESS, ADDRESS, JAVA_INT);
    final MethodHandle setInts = bindVoid("vips_image_set_array_int", ADDRESS, ADDRESS, ADDRESS, JAVA_INT);
    final MethodHandle toMemory = bind("vips_image_write_to_memory", ADDRESS, ADDRESS, ADDRESS);
    final MethodHandle toBuffer =
            variadic(4, "vips_image_write_to_buffer", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    final MethodHandle copy = variadic(2, "vips_copy", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_INT, ADDRESS);
    final MethodHandle colourspace = variadic(3, "vips_colourspace", JAVA_INT, ADDRESS, ADDRESS, JAVA_INT, ADDRESS);
    final MethodHandle iccTransform =
            variadic(3, "vips_icc_transform", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_INT, ADDRESS);
    final MethodHandle extractBand =
            variadic(3, "vips_extract_band", JAVA_INT, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS);

    private Vips(SymbolLookup library) {
        this.library = library; // Before the fields below are bound with it.
        super();
    }

    /// libvips, started, or empty if there is none on this system that we know how to call.
    static Optional<Vips> load() {
        for (String name : LIBRARIES) {
            try {
                Vips vips = new Vips(SymbolLookup.libraryLookup(name, Arena.global()));
                if (vips.start()) {
                    return Optional.of(vips);
                }
            } catch (IllegalArgumentException | IllegalCallerException | IllegalStateException _) {
                // It isn't there, or is too old to have all functions, or the JVM may not call native code.
            }
        }
        return Optional.empty();
    }

    /// One thread a call, nothing remembered between calls, and no warnings on standard error: files of strangers
    /// cause them.
    private boolean start() {
        MethodHandle silence = MethodHandles.empty(
                FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT, ADDRESS, ADDRESS).toMethodType());
        MemorySegment handler = LINKER.upcallStub(
                silence, FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT, ADDRESS, ADDRESS), Arena.global());
        try (Arena arena = Arena.ofConfined()) {
            call(
                    bind("g_log_set_handler", JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, ADDRESS),
                    arena.allocateFrom("VIPS"),
                    WARNING_AND_BELOW,
                    handler,
                    MemorySegment.NULL);
            if ((int) call(bind("vips_init", JAVA_INT, ADDRESS), arena.allocateFrom("minilab")) != 0) {
                return false;
            }
        }
        call(bindVoid("vips_leak_set", JAVA_INT), 0);
        call(bindVoid("vips_concurrency_set", JAVA_INT), 1);
        call(bindVoid("vips_cache_set_max", JAVA_INT), 0);
        return true;
    }

    /// A part of the version: 0 for major, 1 for minor, 2 for micro.
    int version(int part) {
        return (int) call(version, part);
    }

    /// Whether it was built with an operation of this nickname.
    boolean has(String operation) {
        try (Arena arena = Arena.ofConfined()) {
            return (long) call(typeFind, arena.allocateFrom("VipsOperation"), arena.allocateFrom(operation)) != 0;
        }
    }

    /// Blocks all operations that libvips itself calls unfit for input of strangers.
    void blockUntrusted() {
        call(bindVoid("vips_block_untrusted_set", JAVA_INT), 1);
    }

    /// Blocks a class of operations and all below it, or allows them again. An unknown class does nothing.
    ///
    /// @param type the name of the class, as `VipsForeignLoad`
    void block(String type, boolean blocked) {
        try (Arena arena = Arena.ofConfined()) {
            call(blockSet, arena.allocateFrom(type), blocked ? 1 : 0);
        }
    }

    /// Opens a file in memory, which must outlive the image, to be read once from its first row to its last.
    ///
    /// @param loader the nickname of the operation, as `jpegload_buffer`
    VipsImage load(String loader, MemorySegment file, LoadOptions options) throws VipsException {
        MethodHandle function = loaders.computeIfAbsent(loader, this::bindLoader);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ADDRESS);
            check((int) call(
                    function,
                    file,
                    file.byteSize(),
                    out,
                    arena.allocateFrom("access"),
                    ACCESS_SEQUENTIAL,
                    arena.allocateFrom("fail_on"),
                    options.failOn(),
                    nameOrEnd(options.number(), arena),
                    options.value(),
                    nameOrEnd(options.factor(), arena),
                    options.scale(),
                    MemorySegment.NULL));
            return image(out.get(ADDRESS, 0));
        }
    }

    /// How to load: one option that is a whole number, and after it one that is a factor, as far as they have a name.
    record LoadOptions(int failOn, String number, int value, String factor, double scale) {}

    /// Loaders take pairs of names and values up to a name that is null: what comes after that is not looked at, so
    /// one signature serves for all.
    private MethodHandle bindLoader(String loader) {
        return variadic(
                3,
                "vips_" + loader,
                JAVA_INT,
                ADDRESS,
                JAVA_LONG,
                ADDRESS,
                ADDRESS,
                JAVA_INT,
                ADDRESS,
                JAVA_INT,
                ADDRESS,
                JAVA_INT,
                ADDRESS,
                JAVA_DOUBLE,
                ADDRESS);
    }

    private static MemorySegment nameOrEnd(String name, Arena arena) {
        return name.isEmpty() ? MemorySegment.NULL : arena.allocateFrom(name);
    }

    /// An image of 8-bit samples in memory, which must outlive it, in sRGB.
    VipsImage ofMemory(MemorySegment data, int width, int height, int bands) throws VipsException {
        try (VipsImage samples = image((MemorySegment)
                call(newFromMemory, data, data.byteSize(), width, height, bands, VipsImage.FORMAT_UCHAR))) {
            return samples.as(VipsImage.INTERPRETATION_SRGB);
        }
    }

    VipsImage image(MemorySegment pointer) throws VipsException {
        if (isNull(pointer)) {
            throw error();
        }
        return new VipsImage(this, pointer);
    }

    /// Gives back memory that libvips allocated for us.
    void free(MemorySegment memory) {
        call(free, memory);
    }

    void check(int status) throws VipsException {
        if (status != 0) {
            throw error();
        }
    }

    VipsException error() {
        return new VipsException(takeError());
    }

    /// What went wrong since it was last asked, which is forgotten.
    private String takeError() {
        MemorySegment text = (MemorySegment) call(errorCopy);
        if (isNull(text)) {
            return "";
        }
        try {
            return text.reinterpret(Long.MAX_VALUE).getString(0).strip();
        } finally {
            free(text);
        }
    }

    static boolean isNull(MemorySegment pointer) {
        return pointer.address() == 0;
    }

    /// Calls a native function, which throws nothing.
    static Object call(MethodHandle function, Object... arguments) {
        try {
            return function.invokeWithArguments(arguments);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private MethodHandle bind(String name, MemoryLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(find(name), FunctionDescriptor.of(result, arguments));
    }

    private MethodHandle bindVoid(String name, MemoryLayout... arguments) {
        return LINKER.downcallHandle(find(name), FunctionDescriptor.ofVoid(arguments));
    }

    /// @param first the index of the first argument that stands for the dots
    private MethodHandle variadic(int first, String name, MemoryLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(
                find(name), FunctionDescriptor.of(result, arguments), Linker.Option.firstVariadicArg(first));
    }

    private MemorySegment find(String name) {
        return library.find(name).orElseThrow(() -> new IllegalStateException("libvips has no " + name));
    }
}
