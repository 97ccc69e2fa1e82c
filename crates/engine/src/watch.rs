//! What takes long is told while it lasts, with who is in the way: by a thread of its own, which sleeps unless something takes long.

use crate::control::Control;
use crate::event::Event;
use crate::ports::Ports;
use crate::under_way::UnderWay;

/// Does what `body` does, and tells meanwhile of everything that takes long.
pub(crate) fn watched<T>(control: &Control<'_>, ports: &dyn Ports, body: impl FnOnce() -> T) -> T {
    struct End<'a>(&'a UnderWay);
    impl Drop for End<'_> {
        fn drop(&mut self) {
            self.0.end();
        }
    }
    let under_way = control.under_way();
    std::thread::scope(|scope| {
        let watch = || {
            while let Some((during, since)) = under_way.next() {
                // Who cannot be asked is told of by the operation itself.
                let holder = ports.lock_holder(during).unwrap_or_default();
                control.emit(&Event::Waiting { during, since, holder });
            }
        };
        // Without a thread the run goes on, and nobody is told why it is slow.
        let _ = std::thread::Builder::new().name("watch".to_owned()).spawn_scoped(scope, watch);
        let _end = End(under_way);
        body()
    })
}
