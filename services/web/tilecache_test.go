package web

import (
	"context"
	"image"
	"image/png"
	"io"
	"testing"
	"time"

	"google.golang.org/grpc/status"
)

// The second viewer of a page waits for what the first has begun, and gets the picture
// also when the first leaves: by closing the page, or as its time is over.
func TestSecondViewerGetsThePicture(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]func(context.Context) (context.Context, context.CancelFunc){
		"closed": context.WithCancel,
		"took too long": func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, 50*time.Millisecond)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := newTileCache(t.TempDir(), 1<<20, 1e6)
			if err != nil {
				t.Fatal(err)
			}
			begun := make(chan struct{})
			calls := 0
			fetch := func(ctx context.Context, w io.Writer) error {
				if calls++; calls == 1 {
					close(begun)
					<-ctx.Done()
					return status.FromContextError(ctx.Err()).Err() // as a stream of gRPC has it
				}
				return png.Encode(w, image.NewGray(image.Rect(0, 0, 300, 200)))
			}
			ctx, leave := first(t.Context())
			defer leave()
			key := pageKey{scan: "a", number: 1}
			gone, got := make(chan error, 1), make(chan error, 1)
			go func() { _, err := c.page(ctx, key, fetch); gone <- err }()
			<-begun
			go func() {
				p, err := c.page(t.Context(), key, fetch)
				if err == nil && p.shape.Width != 300 {
					t.Errorf("the page is %+v", p.shape)
				}
				got <- err
			}()
			if name == "closed" {
				for waits := false; !waits; time.Sleep(time.Millisecond) { // until the second has claimed it
					c.mu.Lock()
					waits = c.clock == 2
					c.mu.Unlock()
				}
				leave()
			}
			if err := <-gone; err == nil {
				t.Error("who left has a picture")
			}
			if err := <-got; err != nil {
				t.Errorf("who stayed gets %v", err)
			}
		})
	}
}
