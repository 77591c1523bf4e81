package dev.minilab.worker.sweep;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// Tests of what the sweeper does, on one bucket that is empty at the beginning of each.
abstract class OnSweptBucket {

    @TempDir
    static Path folder;

    static SweptBucket bucket;

    @BeforeAll
    static void start() throws Exception {
        bucket = new SweptBucket(folder);
    }

    @AfterAll
    static void stop() throws Exception {
        bucket.close();
    }

    @BeforeEach
    void clear() {
        bucket.clear();
    }
}
