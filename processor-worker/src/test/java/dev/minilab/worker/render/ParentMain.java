package dev.minilab.worker.render;

import dev.minilab.config.RenderConfig.Isolation;
import java.time.Duration;

/// A worker's part in a test of what becomes of render processes when it dies: starts one, prints its id, and keeps
/// it at work that does not end.
final class ParentMain {

    private ParentMain() {}

    static void main(String[] args) throws Exception {
        ChildCommand child = ChildCommand.ofThisJvm(EvilMain.class.getName(), 128L << 20);
        boolean sandboxed = args[0].equals(Isolation.BUBBLEWRAP.wireName());
        ProcessEngine engine = new ProcessEngine(
                1,
                sandboxed
                        ? child.sandboxed(Bubblewrap.find(System.getenv("PATH")).orElseThrow())
                        : child.plain(),
                Isolation.PROCESS,
                1L << 30);
        engine.awaitReady(2);
        Thread.ofVirtual().start(() -> {
            ProcessHandle.current().descendants().forEach(process -> System.out.println(process.pid()));
            System.out.println("READY");
        });
        engine.render(EvilMain.tell("hang"), Duration.ofMinutes(1), Duration.ofMinutes(1), () -> {});
    }
}
